/** `coordinator host ls|resume`: hosts, and the end of a hold. */
import type { Command } from 'commander';
import { heldWords } from '@outrider/shared/domain/host.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { nameOption } from './arguments.js';
import { isAway, timeLimit, withCoordinator } from './connection.js';
import { exitCodeOf } from './emergency.js';
import { type Globals, globalsOf, whoami, withGlobals } from './globals.js';
import { showHosts } from './hosts.js';
import { note, show } from './output.js';

interface ResumeOptions {
  readonly all?: true;
  readonly direct?: true;
  readonly hostsFile?: string;
}

const PERSON_NEEDED = 22;

const HELP = `
A host that an emergency has held refuses every switch until it is resumed. What runs on it is not touched.

Examples:
  coordinator host resume pc2
  coordinator host resume --all
  coordinator host resume --all --direct      # the hosts themselves are asked, without a coordinator`;

export function hostCommand(program: Command): void {
  const host = program.command('host').description('hosts, and the end of a hold').enablePositionalOptions();
  const list = withGlobals(host.command('ls').description('every host, and what it runs'));
  list.action(() => showHosts(globalsOf(list)));
  const resume = withGlobals(host.command('resume').description('end the hold that an emergency has put on hosts'));
  resume
    .addHelpText('after', HELP)
    .argument('[hosts...]', 'names of hosts')
    .option('--all', 'every host that is held')
    .option('--direct', 'ask the hosts themselves')
    .option('--hosts-file <file>', 'with --direct: hosts and where they are')
    .action(async (names: string[], options: ResumeOptions) => {
      checkNames(names, options);
      const globals = globalsOf(resume);
      process.exitCode =
        options.direct === true ? await resumeDirectly(globals, names, options) : await resumeHosts(globals, names);
    });
}

function checkNames(names: readonly string[], { all, direct, hostsFile }: ResumeOptions): void {
  names.forEach(nameOption);
  if (names.length === 0 && all !== true) {
    throw new OutriderError('invalid', 'Which hosts? Name them, or say --all: coordinator host resume HOST...');
  }
  if (names.length > 0 && all === true) throw new OutriderError('invalid', 'Either names of hosts or --all, not both.');
  if (hostsFile !== undefined && direct !== true)
    throw new OutriderError('invalid', '--hosts-file goes with --direct.');
}

async function resumeHosts(globals: Globals, names: readonly string[]): Promise<number> {
  const { hosts } = await withCoordinator(globals, (remote) =>
    remote.ResumeHosts({ hosts: [...new Set(names)], by: whoami() }, timeLimit(globals)),
  ).catch((error: unknown) => {
    if (isAway(error)) note('`coordinator host resume --direct` asks the hosts themselves.');
    throw error;
  });
  const document = hosts.map(({ host, hold, problem }) => ({ host, hold, ...(problem === '' ? {} : { problem }) }));
  show(globals, document, () =>
    hosts.length === 0
      ? 'No host is held.'
      : hosts
          .map(({ host, hold, problem }) => {
            if (problem !== '') return `${host}: ${problem}`;
            return hold === null ? `${host} was not held.` : `${host} is free again. It was ${heldWords(hold)}.`;
          })
          .join('\n'),
  );
  return hosts.some(({ problem }) => problem !== '') ? PERSON_NEEDED : 0;
}

async function resumeDirectly(
  globals: Globals,
  names: readonly string[],
  { hostsFile }: ResumeOptions,
): Promise<number> {
  const { inventoryFor, resumeOn, timesOf } = await import('./direct.js');
  const { tellAnswer, tellRest } = await import('./direct-view.js');
  const hosts = names.length === 0 ? undefined : [...new Set(names)];
  const inventory = inventoryFor({ environment: globals.environment, hostsFile, hosts });
  const times = timesOf(globals.timeoutMs, 0);
  const answers = await resumeOn(inventory, whoami(), times, (answer) => tellAnswer(globals, answer));
  tellRest(answers, 'free', 'Say this again');
  return exitCodeOf(answers, 'free');
}
