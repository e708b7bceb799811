/** `coordinator rollout ls|status|watch|evidence|pause|resume|promote|abort`. */
import type { Command } from 'commander';
import { exitCodeOf, hasEnded } from '@outrider/shared/domain/rollout.js';
import { waitsFor, WAITS_IN_WORDS } from '@outrider/shared/domain/rollout-waits.js';
import { readRollout } from '@outrider/shared/rpc/codec.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { countOption, rolloutIdArgument } from './arguments.js';
import { timeLimit, withCoordinator } from './connection.js';
import { endText } from './end-text.js';
import { addEvidence } from './evidence.js';
import { followRollout } from './follow-rollout.js';
import { appsOption, type Globals, globalsOf, whoami, withGlobals } from './globals.js';
import { show } from './output.js';
import { reasonsText } from './reasons-text.js';
import { placeColumns } from './rollout-block.js';
import type { Explained } from './rollout-view.js';
import { table } from '@outrider/shared/cli/table.js';

export function addRolloutVerbs(rollout: Command): void {
  const list = withGlobals(rollout.command('ls').description('rollouts, newest first'));
  list
    .option('--app <name>', 'only of this app', appsOption)
    .option('-n, --limit <count>', 'at most so many (default 20)', countOption)
    .action(async (options: { readonly app?: string; readonly limit?: number }) => {
      await ls(globalsOf(list), options.app ?? '', options.limit ?? 20);
    });

  const status = withGlobals(rollout.command('status').description('one rollout; the exit code is its own'));
  status
    .argument('[id]', 'default: the latest', rolloutIdArgument)
    .option('--app <name>', 'the latest of this app', appsOption)
    .action(async (id: string | undefined, options: { readonly app?: string }) => {
      const record = await get(globalsOf(status), id ?? '', options.app ?? '');
      show(globalsOf(status), record, () => statusText(record));
      process.exitCode = exitCodeOf(record);
    });

  const watch = withGlobals(rollout.command('watch').description('look on to the end; the exit code is its own'));
  watch
    .argument('[id]', 'default: the latest', rolloutIdArgument)
    .option('--app <name>', 'the latest of this app', appsOption)
    .action(async (id: string | undefined, options: { readonly app?: string }) => {
      const globals = globalsOf(watch);
      // The latest is settled once, so that a later one is not watched by mistake.
      const { id: found } = await get(globals, id ?? '', options.app ?? '');
      process.exitCode = await followRollout(globals, found);
    });

  addEvidence(rollout);

  for (const [action, description] of [
    ['pause', 'switch no further host; those on trial stay on trial'],
    ['resume', 'go on; a rollout on hold tries again'],
    ['promote', 'the canary is good: end its bake and the wait for a person'],
    ['abort', 'take back what was touched'],
  ] as const) {
    const verb = withGlobals(rollout.command(action).description(description));
    verb
      .argument('[id]', 'default: the one under way', rolloutIdArgument)
      .option('--app <name>', 'the one of this app', appsOption)
      .option('--yes', 'there is no question; accepted for scripts')
      .action(async (id: string | undefined, options: { readonly app?: string }) => {
        await control(globalsOf(verb), action, id ?? '', options.app ?? '');
      });
  }
}

async function ls(globals: Globals, app: string, limit: number): Promise<void> {
  const { rollouts } = await withCoordinator(globals, (remote) =>
    remote.ListRollouts({ app, limit }, timeLimit(globals)),
  );
  const list = rollouts.map(readRollout);
  show(globals, list, () =>
    list.length === 0
      ? 'There was no rollout yet.'
      : table(
          list.map((one) => [
            one.id,
            one.kind,
            one.app,
            `${one.fromVersion ?? '-'} -> ${one.version}`,
            `${one.phase}${standing(one)}`,
            rfc3339(one.startedAt),
            one.by,
          ]),
          ['ID', 'KIND', 'APP', 'VERSIONS', 'PHASE', 'STARTED', 'BY'],
        ),
  );
}

function standing(record: Explained): string {
  const waits = waitsFor(record);
  return waits === undefined ? '' : ` (${WAITS_IN_WORDS[waits]})`;
}

async function get(globals: Globals, rollout: string, app: string): Promise<Explained> {
  return readRollout(
    await withCoordinator(globals, (remote) => remote.GetRollout({ rollout, app }, timeLimit(globals))),
  );
}

function statusText(record: Explained): string {
  const hosts = table(record.hosts.map((host) => ['  ', ...placeColumns(host), host.state, host.reason ?? '']));
  const reasons = reasonsText(record.planned ?? []);
  const end = hasEnded(record.phase) ? endText(record) : record.explained;
  return [hosts, ...(reasons === '' ? [] : [reasons]), end].join('\n');
}

async function control(globals: Globals, action: string, rollout: string, app: string): Promise<void> {
  const record = readRollout(
    await withCoordinator(globals, (remote) =>
      remote.ControlRollout({ rollout, app, action, by: whoami() }, timeLimit(globals)),
    ),
  );
  show(globals, record, () => [...(record.answer === undefined ? [] : [record.answer]), statusText(record)].join('\n'));
}
