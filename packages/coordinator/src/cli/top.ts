/** `coordinator top`: hosts, agents and the running rollout, live on a terminal; elsewhere once. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { timeLimit, withCoordinator } from './connection.js';
import { durationOption, globalsOf, withGlobals } from './globals.js';
import { show } from './output.js';
import { screenOf, type Sort, SORTS } from './top/screen.js';
import { snapshotOf } from './top/snapshot.js';

interface TopOptions {
  readonly sort?: Sort;
  readonly filter?: string;
  readonly interval?: number;
  readonly once?: true;
}

const EVERY_MS = 2_000;

const HELP = `
Agents that need a look come first. In a pipe, with --json and with --once it is shown once. CPU of a host is that of the whole
machine, CPU of an agent is percent of one processor; hosts look every 15 seconds.

Keys:
  q, Ctrl-C       leave
  s               sort by state, name, cpu, memory, restarts, host
  /               filter by host, app, agent, state or version; Enter keeps it, Esc drops it
  arrows, j, k    scroll; PageUp, PageDown, Home

Examples:
  coordinator top
  coordinator top --sort memory --filter pc2
  coordinator top --json | jq '.states'`;

export function topCommand(program: Command): void {
  const command = withGlobals(program.command('top').description('the fleet at work, live'));
  command
    .addOption(new Option('--sort <column>', 'begin sorted by this (default: state)').choices(SORTS))
    .option('--filter <text>', 'begin with only these: text of host, app, agent, state or version')
    .option('--interval <duration>', 'ask again after this long (default 2s)', intervalOption)
    .option('--once', 'show it once, also on a terminal')
    .addHelpText('after', HELP)
    .action(async ({ sort = 'state', filter = '', interval = EVERY_MS, once }: TopOptions) => {
      const globals = globalsOf(command);
      const view = { sort, filter, typing: false, from: 0, trouble: '' };
      const isTerminal = process.stdout.isTTY && process.stdin.isTTY;
      if (isTerminal && !globals.json && once !== true) {
        const { liveTop } = await import('./top/live.js');
        process.exitCode = await liveTop(globals, view, interval);
        return;
      }
      const snapshot = await withCoordinator(globals, (remote) => snapshotOf(remote, timeLimit(globals)));
      show(globals, snapshot, () => screenOf(snapshot, view).join('\n'));
    });
}

function intervalOption(text: string): number {
  const ms = durationOption(text);
  if (ms < 200) throw new InvalidArgumentError('At least 200ms is needed.');
  return ms;
}
