/** `sidecar emergency` and `sidecar resume`: this host back to the last good release, now, and held; and free again. */
import type { Command } from 'commander';
import { confirmed } from '@outrider/shared/cli/confirm.js';
import { type AppStatus, heldWords, type HostStatus } from '@outrider/shared/domain/host.js';
import { isBack } from '@outrider/shared/domain/host-back.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { SidecarCalls } from './calls.js';
import { globalsOf, withGlobals } from './globals.js';
import { note, show, whoami } from './output.js';
import { timeLimit, withSidecar } from './with-sidecar.js';

/** Starts take as long as the agents need. */
const BACK_MS = 10 * 60_000;
const PERSON_NEEDED = 22;

export function emergencyCommand(program: Command): void {
  const command = withGlobals(
    program.command('emergency').description('everything here back to the last good release, now, and held'),
  );
  command
    .addHelpText('after', EXAMPLES)
    .option('--reason <text>', 'for whoever finds the host held')
    .option('--yes', 'ask nothing')
    .action(async ({ reason = '', yes = false }: { readonly reason?: string; readonly yes?: boolean }) => {
      await confirmed('Take everything on this host back to the last good release, killing what runs instead?', yes);
      const globals = globalsOf(command);
      const status = await withSidecar(globals, async (sidecar) => {
        await sidecar.emergency({ by: whoami(), reason }, timeLimit(globals));
        return untilBack(sidecar, globals.timeoutMs ?? BACK_MS);
      });
      show(globals, status, () => backText(status));
      if (!isBack(status)) process.exitCode = PERSON_NEEDED;
    });
}

export function resumeCommand(program: Command): void {
  const command = withGlobals(
    program.command('resume').description('end the hold that an emergency has put on this host'),
  );
  command.action(async () => {
    const globals = globalsOf(command);
    const [before, after] = await withSidecar(globals, async (sidecar) => {
      const { hold } = await sidecar.status(timeLimit(globals));
      return [hold, await sidecar.resume(whoami(), timeLimit(globals))] as const;
    });
    show(globals, after, () =>
      before === undefined
        ? `${after.host} was not held. Nothing was changed.`
        : `${after.host} is free again. It was ${heldWords(before)}.`,
    );
  });
}

const EXAMPLES = `
The host goes back by itself: no coordinator, no Redis and no network are needed. What is being switched to or on trial
is left, else each app goes to its release before. Until \`sidecar resume\` or \`coordinator host resume\` no rollout
changes anything here. Said again, it changes nothing. Exit code 22: it is held, and not everything is back in time.

Examples:
  sidecar emergency
  sidecar emergency --yes --reason 'answers nonsense'
  sidecar resume`;

/** The last that was heard, where time ends first. */
async function untilBack(sidecar: SidecarCalls, timeoutMs: number): Promise<HostStatus> {
  const last: { status?: HostStatus } = {};
  try {
    for await (const status of sidecar.watch({ timeoutMs })) {
      last.status = status;
      if (isBack(status)) return status;
    }
  } catch (error) {
    const isLate = error instanceof OutriderError && error.code === 'timeout';
    if (!isLate || last.status === undefined) throw error;
    note('It was not back in time; it goes on. `sidecar status` shows where it stands.');
  }
  if (last.status === undefined)
    throw new OutriderError('unavailable', 'The sidecar ended before everything was back.');
  return last.status;
}

const backText = ({ host, apps, hold }: HostStatus): string =>
  [
    `${host} is ${hold === undefined ? 'not held any more' : heldWords(hold)}; \`sidecar resume\` ends that.`,
    ...apps.map(appText),
  ].join('\n');

function appText({ app, phase, active, converged, waitingFor, stuckOn }: AppStatus): string {
  const runs = active === undefined ? 'nothing, there was no release before' : active.version;
  if (phase !== 'reverting' && converged) return `${app}: on ${runs}.`;
  if (stuckOn !== undefined) return `${app}: on its way to ${runs}, stuck on ${stuckOn.agent}: ${stuckOn.cause}.`;
  return `${app}: on its way to ${runs}${waitingFor === '' ? '' : `, waiting for ${waitingFor}`}.`;
}
