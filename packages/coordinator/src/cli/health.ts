/** `coordinator health test | report | history AGENT`: how well agents are, now, on the whole and before. */
import { type Command, Option } from 'commander';
import { badNews, HEALTH_LEVELS, type HealthResult } from '@outrider/shared/domain/health-result.js';
import { readHealthResult } from '@outrider/shared/rpc/codec.js';
import { table } from '@outrider/shared/cli/table.js';
import { countOption, nameOption } from './arguments.js';
import { timeLimit, withCoordinator } from './connection.js';
import { type Globals, globalsOf, withGlobals } from './globals.js';
import { showReport } from './health-report-text.js';
import { harmless, note, show } from './output.js';

/** Answered, and the answer is bad. */
const BAD_ANSWER = 30;

interface Which {
  readonly app?: string;
  readonly agent?: string;
  readonly host?: string;
  readonly level?: string;
  readonly lines?: number;
}

export function healthCommand(program: Command): void {
  const health = program.command('health').description('how well the agents are').enablePositionalOptions();
  testCommand(health);
  reportCommand(health);
  historyCommand(health);
}

function testCommand(health: Command): void {
  const command = withGlobals(health.command('test').description('run the checks of agents now, on their hosts'));
  which(command)
    .addOption(new Option('--level <level>', 'checks of this level and those below it').choices([...HEALTH_LEVELS]))
    .addHelpText('after', TEST_HELP)
    .action(async (options: Which) => test(globalsOf(command), options));
}

const TEST_HELP = `
The levels are, from below: ${HEALTH_LEVELS.join(', ')}; without --level all are asked.
Ends with 30 where a critical check is bad, could not be asked, or where there was none to ask.

Examples:
  coordinator health test                          every check of every agent
  coordinator health test --level deep --host pc2  basic and deep checks of one host
  coordinator health test --agent memory --json`;

function reportCommand(health: Command): void {
  const command = withGlobals(
    health.command('report').description('scores of the agents and of the fleet, and trends'),
  );
  which(command)
    .addHelpText('after', '\nExamples:\n  coordinator health report\n  coordinator health report --json | jq .score')
    .action(async (options: Which) => {
      const globals = globalsOf(command);
      const { app = '', agent = '', host = '' } = options;
      const report = await withCoordinator(globals, (remote) =>
        remote.HealthReport({ app, agent, host }, timeLimit(globals)),
      );
      showReport(globals, report);
    });
}

function historyCommand(health: Command): void {
  const command = withGlobals(health.command('history').description('how the checks of an agent came and went'));
  command
    .argument('<agent>', 'its name', nameOption)
    .option('-n, --lines <count>', 'the last so many (default 10)', countOption)
    .option('--app <name>', 'the agent of this app', nameOption)
    .option('--host <name>', 'only on this host', nameOption)
    .addHelpText(
      'after',
      '\nExamples:\n  coordinator health history memory\n  coordinator health history memory -n 100 --json',
    )
    .action(async (agent: string, { app = '', host = '', lines = 10 }: Which) => {
      const globals = globalsOf(command);
      const { results } = await withCoordinator(globals, (remote) =>
        remote.HealthHistory({ agent, app, host, lines }, timeLimit(globals)),
      );
      const list = results.map(readHealthResult);
      show(globals, list.map(asJson), () =>
        list.length === 0 ? `Nothing is kept of ${agent} yet.` : table(list.map(historyRow), HISTORY_HEADS),
      );
    });
}

const which = (command: Command): Command =>
  command
    .option('--agent <name>', 'only this agent', nameOption)
    .option('--host <name>', 'only on this host', nameOption)
    .option('--app <name>', 'only of this app', nameOption);

async function test(globals: Globals, { app = '', agent = '', host = '', level = '' }: Which): Promise<void> {
  const { results } = await withCoordinator(globals, (remote) =>
    remote.TestHealth({ app, agent, host, level }, timeLimit(globals)),
  );
  const list = results.map(readHealthResult);
  show(globals, list.map(asJson), () => (list.length === 0 ? 'No agent runs yet.' : table(testRows(list), TEST_HEADS)));
  const bad = badNews(list);
  if (bad.length === 0) return;
  process.exitCode = BAD_ANSWER;
  if (globals.json) return;
  note(`${bad.length === 1 ? 'Bad' : `${bad.length} are bad`}: ${bad.map(harmless).join('; ')}`);
}

/** As the contract has it: every key, `seconds` null where nothing was asked. */
const asJson = ({ at, host, app, agent, instance, level, probe, status, seconds, reason, critical }: HealthResult) => ({
  ...{ at, host, app, agent, instance, level, probe, status, seconds: seconds ?? null, reason, critical },
});

const TEST_HEADS = ['HOST', 'AGENT', 'LEVEL', 'PROBE', 'STATUS', 'TIME', 'REASON'];
const HISTORY_HEADS = ['AT', 'HOST', 'INSTANCE', 'LEVEL', 'PROBE', 'STATUS', 'TIME', 'REASON'];

const timeOf = ({ seconds }: HealthResult): string =>
  seconds === undefined ? '-' : `${(seconds * 1000).toFixed(1)}ms`;

/** Levels without a check are one row of each instance. */
function testRows(list: readonly HealthResult[]): string[][] {
  const rows: string[][] = [];
  const without = new Map<string, string[]>();
  for (const one of list) {
    const who = `${one.app}/${one.agent}.${one.instance}`;
    if (one.status !== 'none_declared') {
      const status = one.critical ? one.status : `${one.status} (not critical)`;
      rows.push([one.host, who, one.level, one.probe, status, timeOf(one), harmless(one.reason)]);
      continue;
    }
    const row = without.get(`${one.host} ${who}`);
    if (row !== undefined) {
      row[2] = `${row[2] ?? ''}, ${one.level}`;
      continue;
    }
    const first = [one.host, who, one.level, '-', 'none declared', '-', ''];
    without.set(`${one.host} ${who}`, first);
    rows.push(first);
  }
  return rows;
}

const historyRow = (one: HealthResult): string[] => [
  ...[one.at, one.host, String(one.instance), one.level, one.probe, one.status, timeOf(one), harmless(one.reason)],
];
