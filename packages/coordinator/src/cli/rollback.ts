/** `coordinator rollback`: each host back to its previous release, or all to the one named. */
import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import { type Plan, ROLLBACK_STRATEGIES } from '@outrider/shared/domain/rollout.js';
import { readPlan } from '@outrider/shared/rpc/codec.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { versionWord } from './arguments.js';
import { persistently, timeLimit, withCoordinator } from './connection.js';
import { followRollout } from './follow-rollout.js';
import { agentsOption, appsOption, durationOption, globalsOf, hostsOption, whoami, withGlobals } from './globals.js';
import { print, printJson, show } from './output.js';
import { changesRelease, hasChanges, planText } from './plan-text.js';

interface RollbackOptions {
  readonly to?: string;
  readonly app?: string;
  readonly hosts?: readonly string[];
  readonly message?: string;
  readonly strategy?: string;
  readonly agents?: readonly string[];
  readonly bake?: number;
  readonly plan?: true;
}

/** A coordinator that restarts is waited for so long: the same request twice begins one rollback. */
const START_WITHIN_MS = 10_000;

const MORE = `
Strategies:
  immediate    all hosts at once; agents end as they always do
  graceful     one host after another, the last of the rollout first; agents drain as they always do
  selective    all at once, only the hosts of --hosts and the agents of --agents
  progressive  one host after another, each well for the time of --bake before the next; holds where one is not
  emergency    all hosts at once, agents are killed without grace; takes no --agents
A release that has failed is never gone back to, a host that a rollback has brought back already stays (--to says otherwise),
and no rollback needs the network on a host that has the release.

Examples:
  coordinator rollback --plan
  coordinator rollback
  coordinator rollback --to 1.4.0 --strategy progressive --bake 1m
  coordinator rollback --agents vision,speech

Exit codes: 0 done or already so, 2 wrong input, 4 refused, 5 no answer or not in time (the rollback goes on),
10 --plan found changes, 21 aborted, 22 stuck or on hold.`;

export function rollbackCommand(program: Command): void {
  const command = withGlobals(program.command('rollback').description('back to what ran before: at once, no trial'));
  command
    .option('--to <version>', 'this release; default: the previous one of each host', versionWord)
    .option('--app <a,b>', 'where there is more than one app: this one, or several as one rollback', appsOption)
    .option('--hosts <a,b>', 'only these hosts', hostsOption)
    .option('--agents <a,b>', 'only these agents; all others stay as they are', agentsOption)
    .addOption(
      new Option('--strategy <name>', 'default: immediate; with --agents: selective').choices(ROLLBACK_STRATEGIES),
    )
    .option(
      '--bake <duration>',
      'progressive: how long each host is proven before the next (default 10s)',
      durationOption,
    )
    .option('--plan', 'show what would be done, and do nothing')
    .option('--message <text>', 'why, for the history')
    .option('--yes', 'there is no question; accepted for scripts')
    .addHelpText('after', MORE)
    .action(async (options: RollbackOptions) => {
      process.exitCode = await rollback(command, options);
    });
}

async function rollback(command: Command, options: RollbackOptions): Promise<number> {
  const globals = globalsOf(command);
  if (options.strategy === 'selective' && options.hosts === undefined && options.agents === undefined) {
    throw new OutriderError('invalid', 'A selective rollback names its hosts or agents: --hosts a,b or --agents a,b.');
  }
  const request = {
    app: options.app ?? '',
    to: options.to ?? '',
    hosts: [...(options.hosts ?? [])],
    agents: [...(options.agents ?? [])],
    strategy: options.strategy ?? '',
    ...(options.bake === undefined ? {} : { bakeMs: options.bake }),
    by: whoami(),
    requestId: randomUUID(),
    ...(options.message === undefined ? {} : { message: options.message }),
  };
  if (options.plan === true) {
    const plan = readPlan(await withCoordinator(globals, (remote) => remote.PlanRollback(request, timeLimit(globals))));
    show(globals, plan, () => (plan.hosts.length === 0 ? alreadySo(plan) : planText(plan)));
    return hasChanges(plan) || changesRelease(plan) ? 10 : 0;
  }
  const deadline = Date.now() + (globals.timeoutMs ?? START_WITHIN_MS);
  const begun = await persistently(globals, deadline, (remote, limits) => remote.Rollback(request, limits));
  const { rollout } = begun;
  const plan = begun.plan === null ? undefined : readPlan(begun.plan);
  if (rollout === '') {
    if (globals.json)
      printJson({
        at: rfc3339(Date.now()),
        type: 'rollout.succeeded',
        reason: ['it is so already', ...(plan?.notices ?? [])].join('; '),
        data: { rollout: null },
      });
    else print(alreadySo(plan));
    return 0;
  }
  if (!globals.json && plan !== undefined) print(planText(plan));
  return followRollout(globals, rollout);
}

/** Who stays where it is, and why. */
const alreadySo = (plan: Plan | undefined): string =>
  ['Everything is as asked already. Nothing was changed.', ...(plan?.notices ?? [])].join('\n');
