/** `coordinator rollout`: shows the plan, begins, looks on to the end. */
import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import { versionWord } from './arguments.js';
import { type Plan } from '@outrider/shared/domain/rollout.js';
import { readPlan } from '@outrider/shared/rpc/codec.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { persistently, timeLimit, withCoordinator } from './connection.js';
import { followRollout, howTo } from './follow-rollout.js';
import { durationOption, type Globals, globalsOf, hostsOption, whoami, withGlobals } from './globals.js';
import { print, printJson, show } from './output.js';
import { changesRelease, hasChanges, planText } from './plan-text.js';
import { addRolloutVerbs } from './rollout-verbs.js';

interface RolloutOptions {
  readonly version?: string;
  readonly app?: string;
  readonly hosts?: readonly string[];
  readonly bake?: number;
  readonly confirmWithin?: number;
  readonly commit?: string;
  readonly skipDown?: true;
  /** False with --no-monitoring. */
  readonly monitoring: boolean;
  readonly plan?: true;
  readonly expectPlan?: string;
  readonly detach?: true;
  readonly yes?: true;
  readonly message?: string;
}

/** What beginning it would end with, by where the problems are. */
const INVALID = 2;
const REFUSED = 4;
/** Once the plan was answered, a coordinator that restarts is waited for so long. */
const START_WITHIN_MS = 30_000;

/** Known, and carried by no version yet: refused where they are given, by name. */
const NOT_YET = [
  ['--label <key=value>', '--hosts'],
  ['--agents <a,b>', '--hosts'],
  ['--strategy <name>', '(the default, rolling)'],
  ['--canary <n>', '--bake'],
  ['--no-canary', '(the default)'],
  ['--max-parallel <n>', '(one host at a time)'],
  ['--on-failure <what>', '(the default, rollback)'],
  ['--supersede', '`coordinator rollout abort`'],
] as const;

const MORE = `
The plan is printed, then the rollout begins: nothing is asked, on a terminal or elsewhere, since the version is
named and a bad one is taken back. Look first with --plan (exit code 10: there is something to do), and hold the
rollout to what you saw with --expect-plan. --yes is accepted and changes nothing.

Exit codes: 0 done or already so, 2 wrong input, 4 refused, 5 no answer or not in time (the rollout goes on),
10 --plan found changes, 20 rolled back, 21 aborted, 22 stuck.`;

export function rolloutCommand(program: Command): void {
  const command = program.command('rollout').description('move the hosts to a release, one after the other');
  withGlobals(command.enablePositionalOptions())
    .option('--version <version>', 'the release; or latest, previous, good', versionWord)
    .option('--app <name>', 'where there is more than one app')
    .option('--hosts <a,b>', 'only these hosts', hostsOption)
    .option('--bake <duration>', 'how long each host is on trial (default 30s)', durationOption)
    .option(
      '--confirm-within <duration>',
      'a host unheard for so long in trial goes back by itself (default 120s)',
      durationOption,
    )
    .addOption(
      new Option('--commit <when>', 'make it stay on all hosts together, or on each').choices(['together', 'each']),
    )
    .option('--skip-down', 'leave out hosts that are down')
    .option('--no-monitoring', 'ask no gates; health is still proven')
    .option('--plan', 'show what would be done, and do nothing')
    .option('--expect-plan <id>', 'refuse if the plan is another by now')
    .option('--detach', 'begin, and do not look on')
    .option('--yes', 'there is no question; accepted for scripts')
    .option('--message <text>', 'why, for the history')
    .addHelpText('after', MORE);
  for (const [flags] of NOT_YET) command.addOption(new Option(flags).hideHelp());
  command.action(async (options: RolloutOptions) => {
    refuseNotYet(command);
    if (options.version === undefined) {
      throw new OutriderError(
        'invalid',
        'Which release? Name it: coordinator rollout --version V. Verbs: rollout --help.',
      );
    }
    process.exitCode = await rollout(globalsOf(command), { ...options, version: options.version });
  });
  addRolloutVerbs(command);
}

function refuseNotYet(command: Command): void {
  for (const [flags, instead] of NOT_YET) {
    const option = new Option(flags);
    if (command.getOptionValueSource(option.attributeName()) !== 'cli') continue;
    const flag = flags.split(' ')[0] ?? flags;
    throw new OutriderError('invalid', `${flag} is not supported yet. Use ${instead} instead.`);
  }
}

async function rollout(globals: Globals, options: RolloutOptions & { readonly version: string }): Promise<number> {
  const request = {
    app: options.app ?? '',
    version: options.version,
    hosts: [...(options.hosts ?? [])],
    commit: options.commit ?? '',
    skipDown: options.skipDown === true,
    noMonitoring: !options.monitoring,
    by: whoami(),
    requestId: randomUUID(),
    ...(options.bake === undefined ? {} : { bakeMs: options.bake }),
    ...(options.confirmWithin === undefined ? {} : { confirmWithinMs: options.confirmWithin }),
    ...(options.message === undefined ? {} : { message: options.message }),
    ...(options.expectPlan === undefined ? {} : { expectPlan: options.expectPlan }),
  };
  const plan = readPlan(await withCoordinator(globals, (remote) => remote.PlanRollout(request, timeLimit(globals))));
  if (options.plan === true) {
    show(globals, plan, () => planText(plan));
    if (plan.problems.length > 0) return plan.invalid === true ? INVALID : REFUSED;
    return hasChanges(plan) || changesRelease(plan) ? 10 : 0;
  }
  if (!globals.json) print(planText(plan));
  const started = await persistently(globals, Date.now() + (globals.timeoutMs ?? START_WITHIN_MS), (remote, limits) =>
    remote.StartRollout(request, limits),
  );
  if (started.rollout === '') return alreadySo(globals, plan);
  if (options.detach === true) {
    show(
      globals,
      { rollout: started.rollout, plan: plan.plan },
      () => `${started.rollout} has begun. ${howTo(started.rollout)}`,
    );
    return 0;
  }
  return followRollout(globals, started.rollout);
}

/** Everything is as asked: said in the same words as a success, so that scripts need no second case. */
function alreadySo(globals: Globals, plan: Plan): number {
  if (!globals.json) print(`${plan.app} ${plan.version} is active already. Nothing was changed.`);
  else {
    const hosts = Object.fromEntries(plan.hosts.map((host) => [host.host, 'committed']));
    printJson({
      at: rfc3339(Date.now()),
      type: 'rollout.succeeded',
      app: plan.app,
      version: plan.version,
      reason: 'it is active already',
      data: { rollout: null, from: plan.version, to: plan.version, hosts, seconds: 0 },
    });
  }
  return 0;
}
