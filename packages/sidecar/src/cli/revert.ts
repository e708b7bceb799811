/** `sidecar revert`: back to the active release, by this host alone, where a switch or trial is under way. */
import type { Command } from 'commander';
import type { AppStatus, HostStatus } from '@outrider/shared/domain/host.js';
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { globalsOf, show, timeLimit, withGlobals, withSidecar, whoami } from './globals.js';

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
    .option('--app <name>', 'only this app')
    .option('--reason <text>', 'for the history')
    .action(async (options: RevertOptions) => {
      const globals = globalsOf(command);
      const reverted = await withSidecar(globals, async (remote) => {
        const { readHostStatus } = await import('@outrider/shared/rpc/codec.js');
        const status = readHostStatus(await remote.Status({}, timeLimit(globals)));
        const under = underWay(status, options.app);
        for (const { app } of under) {
          await remote.Revert({ command: { app, by: whoami() }, reason: options.reason ?? '' }, timeLimit(globals));
        }
        return under.length === 0 ? [] : waitUntilBack(remote, under, globals.timeoutMs ?? REVERT_MS);
      });
      show(globals, reverted, () => (reverted.length === 0 ? NOTHING : reverted.map(sentenceOf).join('\n')));
    });
}

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
  remote: SidecarRemote,
  under: readonly AppStatus[],
  timeoutMs: number,
): Promise<readonly AppStatus[]> {
  const { readHostStatus } = await import('@outrider/shared/rpc/codec.js');
  for await (const wire of remote.WatchStatus({}, { timeoutMs })) {
    const now = readHostStatus(wire).apps.filter((app) => under.some((one) => one.app === app.app));
    if (now.every((app) => app.phase !== 'reverting' && app.phase !== 'switching' && app.phase !== 'trial')) return now;
  }
  throw new OutriderError('unavailable', 'The sidecar ended before everything was back.');
}

const sentenceOf = ({ app, active, outcome }: AppStatus): string =>
  outcome?.result === 'committed'
    ? `${app}: was committed before it could be taken back; ${active?.version ?? 'nothing'} runs.`
    : `${app}: back on ${active === undefined ? 'nothing, there was no release before' : active.version}.`;
