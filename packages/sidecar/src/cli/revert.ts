/** `sidecar revert`: back to the active release, by this host alone, where a switch or trial is under way. */
import type { Command } from 'commander';
import type { AppStatus, HostStatus } from '@outrider/shared/domain/host.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { SidecarCalls } from './calls.js';
import { globalsOf, withGlobals } from './globals.js';
import { show, whoami } from './output.js';
import { timeLimit, withSidecar } from './with-sidecar.js';

interface RevertOptions {
  readonly app?: string;
  readonly reason?: string;
}

/** Going back is as patient as the agents' own stop and start limits. */
const REVERT_MS = 10 * 60_000;

export function revertCommand(program: Command): void {
  const command = withGlobals(
    program.command('revert').description('take back the release that is being switched to or on trial here'),
  );
  command
    .addHelpText('after', EXAMPLES)
    .option('--app <name>', 'only this app')
    .option('--reason <text>', 'for the history')
    .action(async (options: RevertOptions) => {
      const globals = globalsOf(command);
      const { reason = '' } = options;
      const reverted = await withSidecar(globals, async (sidecar) => {
        const under = underWay(await sidecar.status(timeLimit(globals)), options.app);
        for (const { app } of under) await sidecar.revert({ app, by: whoami(), reason }, timeLimit(globals));
        return under.length === 0 ? [] : waitUntilBack(sidecar, under, globals.timeoutMs ?? REVERT_MS);
      });
      show(globals, reverted, () => (reverted.length === 0 ? NOTHING : reverted.map(sentenceOf).join('\n')));
    });
}

const EXAMPLES = `
Examples:
  sidecar revert
  sidecar revert --app assistants --reason 'answers nonsense'`;

const NOTHING = 'Nothing is being switched or on trial here. `coordinator rollback` goes back to an earlier release.';

function underWay(status: HostStatus, app: string | undefined): readonly AppStatus[] {
  if (app !== undefined && !status.apps.some((one) => one.app === app)) {
    throw new OutriderError('not_found', `No app ${app} on host ${status.host}.`);
  }
  return status.apps.filter(
    (one) => (app === undefined || one.app === app) && (one.phase === 'switching' || one.phase === 'trial'),
  );
}

async function waitUntilBack(
  sidecar: SidecarCalls,
  under: readonly AppStatus[],
  timeoutMs: number,
): Promise<readonly AppStatus[]> {
  for await (const { apps } of sidecar.watch({ timeoutMs })) {
    const now = apps.filter((app) => under.some((one) => one.app === app.app));
    if (now.every((app) => app.phase !== 'reverting' && app.phase !== 'switching' && app.phase !== 'trial')) return now;
  }
  throw new OutriderError('unavailable', 'The sidecar ended before everything was back.');
}

const sentenceOf = ({ app, active, outcome }: AppStatus): string =>
  outcome?.result === 'committed'
    ? `${app}: was committed before it could be taken back; ${active?.version ?? 'nothing'} runs.`
    : `${app}: back on ${active === undefined ? 'nothing, there was no release before' : active.version}.`;
