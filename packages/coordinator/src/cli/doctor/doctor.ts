/** `coordinator doctor`: looks at everything that a fleet needs, says what is wrong and how to mend it. */
import type { Command } from 'commander';
import { cut } from '@outrider/shared/cli/width.js';
import { versionOf } from '@outrider/shared/cli/program.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import { nameOption } from '../arguments.js';
import { isAway, whereAsked, withCoordinator } from '../connection.js';
import { type Globals, globalsOf, withGlobals } from '../globals.js';
import { show } from '../output.js';
import type { Finding } from './check.js';
import type { Progress } from './look.js';

const BAD = 30;
const NO_ANSWER = 5;
const NARROW = 40;

const HELP = `
Looks at Redis, the leader, every host and its agents, ZeroMQ between hosts, the error bus, monitoring, clocks, disks,
versions, certificates, ports, permissions and event loops; docs/doctor.md says what each means. It changes nothing but
for one test message (severity info) at the bus of each host. Without a coordinator the hosts are asked from here.

Exit codes: 0 all is well; 30 something is not; 5 the coordinator cannot be reached (what could be seen is told).

Examples:
  coordinator doctor
  coordinator doctor --host pc2
  coordinator doctor --json | jq -r '.[] | select(.ok | not) | "\\(.check) \\(.host // "-"): \\(.remedy)"'`;

export function doctorCommand(program: Command): void {
  const command = withGlobals(
    program.command('doctor').description('what is wrong with the fleet, and how to mend it'),
  );
  command
    .addHelpText('after', HELP)
    .option('--host <name>', 'only what is of this host', nameOption)
    .action(async ({ host }: { readonly host?: string }) => {
      process.exitCode = await doctor(globalsOf(command), host);
    });
}

async function doctor(globals: Globals, host: string | undefined): Promise<number> {
  const { eyesOfCoordinator, ownEyes } = await import('./eyes.js');
  const { look } = await import('./look.js');
  const { judgeAll } = await import('./checks/all.js');
  const { findingsText } = await import('./view.js');
  const version = versionOf(new URL('../../../package.json', import.meta.url));
  const progress = progressOf(globals);
  const sight = await withCoordinator(globals, async (remote) => {
    const eyes = await eyesOfCoordinator(remote);
    progress.tell('the coordinator');
    return look(eyes, version, progress.tell);
  })
    .catch((error: unknown) => {
      if (!isAway(error)) throw error;
      return look(ownEyes(globals.environment, whereAsked(globals), error), version, progress.tell);
    })
    .finally(progress.end);
  const names = sight.hosts.map(({ name }) => name);
  if (host !== undefined && !names.includes(host)) throw unknownHost(host, names);
  const all = judgeAll(sight);
  const findings = host === undefined ? all : all.filter((finding) => finding.host === host);
  show(globals, findings.map(documentOf), () => findingsText(findings));
  if (sight.coordinator === undefined) return NO_ANSWER;
  return findings.every(({ ok }) => ok) ? 0 : BAD;
}

const documentOf = ({ check, host, ok, skipped, detail, remedy }: Finding): object => ({
  ...{ check, host: host ?? null, ok, skipped: skipped === true, detail, remedy },
});

const unknownHost = (host: string, known: readonly string[]): OutriderError =>
  new OutriderError(
    'invalid',
    `${host} is no host of this fleet.${didYouMean(host, known) || ` It has ${known.join(', ') || 'none'}.`}`,
  );

/** One line of a terminal that is written over, and gone at the end. */
function progressOf({ json }: Globals): { readonly tell: Progress; readonly end: () => void } {
  const { stderr } = process;
  if (json || !stderr.isTTY) return { tell: () => undefined, end: () => undefined };
  const seen: string[] = [];
  // Of a terminal that does not say how wide it is.
  const room = (): number => (stderr.columns > 1 ? stderr.columns : NARROW) - 1;
  const write = (text: string): void => void stderr.write(`\r\u001b[K${cut(text, room())}`);
  write('looking ...');
  return {
    tell: (part) => {
      seen.push(part);
      write(`looking ... ${seen.join(', ')}`);
    },
    end: () => write(''),
  };
}
