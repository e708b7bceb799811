/** `coordinator emergency`: everything back to the last good release, now; with `--direct` by the hosts themselves. */
import { type Command, Option } from 'commander';
import { confirmed } from '@outrider/shared/cli/confirm.js';
import type { FleetEmergencyResponse__Output } from '@outrider/shared/gen/outrider/v1/FleetEmergencyResponse.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { isAway, timeLimit, withCoordinator } from './connection.js';
import type { DirectAnswer, DirectState } from './direct.js';
import { followRollout } from './follow-rollout.js';
import { type Globals, globalsOf, hostsOption, whoami, withGlobals } from './globals.js';
import { note, print, printJson } from './output.js';

interface EmergencyOptions {
  readonly direct?: true;
  readonly hostsFile?: string;
  readonly hosts?: readonly string[];
  readonly agents?: string;
  readonly reason?: string;
  readonly yes?: true;
}

const DONE: ReadonlySet<number> = new Set([0, 20, 21]);
const REFUSED = 4;
const NO_ANSWER = 5;
const PERSON_NEEDED = 22;
/** What others have begun for some hosts alone ends first; so often. */
const MOST_ROUNDS = 3;
/** Agents of the release before take as long as they need to be ready. */
const BACK_MS = 5 * 60_000;

const HELP = `
Through the coordinator every app is taken back, on all hosts at once and without grace: what is under way is aborted, what
has ended is rolled back. A host where a rollout was taken back last runs the last good release, and stays. With --direct this command asks every sidecar itself; neither a coordinator nor Redis is needed. What runs is killed without
grace, each app goes back to the last good release of its host, and the host is held: no rollout changes anything
there until \`coordinator host resume\`. The hosts are those that the coordinator named when it last answered you, or
those of --hosts-file: "NAME: HOST:PORT" lines. OUTRIDER_TOKEN_FILE names the file of their token where it is another.

Exit codes: 0 everything is back; 22 some hosts are not; 5 nobody has answered; 4 all have refused.

Examples:
  coordinator emergency
  coordinator emergency --direct --yes --reason 'answers nonsense'
  coordinator emergency --direct --hosts-file hosts.yaml --hosts pc2`;

const WHOLE_HOSTS =
  'An emergency takes no --agents: it takes back whole hosts. Some agents go back with `coordinator rollback --agents`.';

export function emergencyCommand(program: Command): void {
  const command = withGlobals(
    program.command('emergency').description('everything back to the last good release, now'),
  );
  command
    .addHelpText('after', HELP)
    .option('--direct', 'ask the hosts themselves, and hold them')
    .option('--hosts-file <file>', 'with --direct: hosts and where they are')
    .option('--hosts <a,b>', 'with --direct: only these hosts', hostsOption)
    .option('--reason <text>', 'with --direct: for whoever finds the hosts held')
    .option('--yes', 'ask nothing')
    .addOption(new Option('--agents <a,b>').hideHelp())
    .action(async (options: EmergencyOptions) => {
      if (options.agents !== undefined) throw new OutriderError('invalid', WHOLE_HOSTS);
      const globals = globalsOf(command);
      process.exitCode =
        options.direct === true ? await direct(globals, options) : await byCoordinator(globals, options);
    });
}

async function byCoordinator(globals: Globals, options: EmergencyOptions): Promise<number> {
  const alone = (['hostsFile', 'hosts', 'reason'] as const).find((key) => options[key] !== undefined);
  if (alone !== undefined) {
    const flag = alone === 'hostsFile' ? '--hosts-file' : `--${alone}`;
    throw new OutriderError('invalid', `${flag} goes with --direct. \`coordinator rollback\` takes back some hosts.`);
  }
  await confirmed('Take every app on every host back to the last good release?', options.yes === true);
  const codes: number[] = [];
  let isAgain = true;
  for (let round = 1; isAgain && round <= MOST_ROUNDS; round += 1) {
    const begun = await askFor(globals);
    for (const reason of begun.reasons) note(reason);
    if (begun.rollbacks.length === 0) tellNothing(globals, begun.reasons);
    for (const { rollout } of begun.rollbacks) codes.push(await followRollout(globals, rollout));
    isAgain = begun.again;
  }
  // A rollout that was taken back or aborted is what was asked for.
  return codes.find((code) => !DONE.has(code)) ?? 0;
}

function askFor(globals: Globals): Promise<FleetEmergencyResponse__Output> {
  return withCoordinator(globals, (remote) => remote.Emergency({ by: whoami() }, timeLimit(globals))).catch(
    (error: unknown) => {
      if (isAway(error)) note('`coordinator emergency --direct` asks the hosts themselves.');
      throw error;
    },
  );
}

function tellNothing(globals: Globals, reasons: readonly string[]): void {
  if (!globals.json) print('Everything is back already. Nothing was changed.');
  else {
    const reason = reasons.join(' ');
    printJson({ at: rfc3339(Date.now()), type: 'rollout.succeeded', reason, data: { rollout: null } });
  }
}

async function direct(globals: Globals, { hostsFile, hosts, reason = '', yes }: EmergencyOptions): Promise<number> {
  const { emergencyOn, inventoryFor, timesOf } = await import('./direct.js');
  const { tellAnswer, tellRest } = await import('./direct-view.js');
  const inventory = inventoryFor({ environment: globals.environment, hostsFile, hosts });
  const names = inventory.hosts.map(({ name }) => name).join(', ');
  await confirmed(
    `Kill what runs and take ${names} (${inventory.origin}) back to the last good release, and hold them there?`,
    yes === true,
  );
  const order = { by: whoami(), reason };
  const times = timesOf(globals.timeoutMs, BACK_MS);
  const answers = await emergencyOn(inventory, order, times, (answer) => tellAnswer(globals, answer));
  tellRest(answers, 'back', 'Say this again');
  if (answers.some(({ state }) => state === 'back' || state === 'late')) {
    note('The hosts are held: `coordinator host resume --all` (or with --direct) lets rollouts in again.');
  }
  return exitCodeOf(answers, 'back');
}

/** Of a command that speaks to the hosts itself. */
export function exitCodeOf(answers: readonly DirectAnswer[], done: DirectState): number {
  if (answers.every(({ state }) => state === done)) return 0;
  if (answers.every(({ state }) => state === 'unreachable')) return NO_ANSWER;
  return answers.every(({ state }) => state === 'refused') ? REFUSED : PERSON_NEEDED;
}
