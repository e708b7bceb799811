/** `coordinator rollout`: shows the plan, begins, looks on to the end. */
import type { Command } from 'commander';
import type { Plan } from '@outrider/shared/domain/rollout.js';
import { readPlan } from '@outrider/shared/rpc/codec.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { persistently, timeLimit, withCoordinator } from './connection.js';
import { followRollout, howTo } from './follow-rollout.js';
import { type Globals, globalsOf, withGlobals } from './globals.js';
import { note, print, printJson, show } from './output.js';
import { changesRelease, hasChanges, planText } from './plan-text.js';
import { type NamedRollout, requestOf, type RolloutOptions, withRolloutOptions } from './rollout-options.js';
import { addRolloutVerbs } from './rollout-verbs.js';

/** What beginning it would end with, by where the problems are. */
const INVALID = 2;
const REFUSED = 4;
/** Once the plan was answered, a coordinator that restarts is waited for so long. */
const START_WITHIN_MS = 30_000;
/** What is superseded takes its hosts back first. */
const SUPERSEDE_WITHIN_MS = 15 * 60_000;

const MORE = `
The plan is printed, then the rollout begins: nothing is asked, on a terminal or elsewhere, since the version is
named and a bad one is taken back. Look first with --plan (exit code 10: there is something to do), and hold the
rollout to what you saw with --expect-plan. --yes is accepted and changes nothing.

With --agents only these come to the release. All others stay as they are, also when they start anew later: files,
settings and version of the release they had.

Strategies:
  rolling      host by host, the first is the canary
  canary       --canary hosts first; then somebody promotes them (rollout promote), or --auto-promote after their bake
  blue-green   host by host, the whole new set proven beside the old one before that is asked to stop
  all-at-once  every host together, but where an agent moves or a host needs another one
On failure:
  rollback       all hosts that were touched go back
  rollback-host  only those of the wave that failed go back; hosts that have baked keep the release
  hold           nothing is done; "rollout resume" tries again, "rollout abort" takes it back

Examples:
  coordinator rollout --version 1.4.0 --plan
  coordinator rollout --version 1.4.0 --strategy canary --canary 2 --max-parallel 4 --bake 5m
  coordinator rollout --version latest --label zone=lab --on-failure hold
  coordinator rollout --version 1.4.0 --agents vision,speech

Exit codes: 0 done or already so, 2 wrong input, 4 refused, 5 no answer or not in time (the rollout goes on),
10 --plan found changes, 20 rolled back, 21 aborted, 22 stuck or on hold.`;

export function rolloutCommand(program: Command): void {
  const command = program.command('rollout').description('move the hosts to a release, one after the other');
  withRolloutOptions(withGlobals(command.enablePositionalOptions())).addHelpText('after', MORE);
  command.action(async (options: RolloutOptions) => {
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

async function rollout(globals: Globals, options: NamedRollout): Promise<number> {
  const request = requestOf(options);
  const plan = readPlan(await withCoordinator(globals, (remote) => remote.PlanRollout(request, timeLimit(globals))));
  if (options.plan === true) {
    show(globals, plan, () => planText(plan));
    if (plan.problems.length > 0) return plan.invalid === true ? INVALID : REFUSED;
    return hasChanges(plan) || changesRelease(plan) ? 10 : 0;
  }
  if (!globals.json) print(planText(plan));
  const within = globals.timeoutMs ?? (options.supersede === true ? SUPERSEDE_WITHIN_MS : START_WITHIN_MS);
  const started = await persistently(
    globals,
    Date.now() + within,
    (remote, limits) => remote.StartRollout(request, limits),
    options.supersede === true ? noteEach() : undefined,
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

/** What is waited for, each time it is something else. */
function noteEach(): (error: unknown) => void {
  let last = '';
  return (error) => {
    const sentence = messageOf(error);
    if (sentence !== last) note(sentence);
    last = sentence;
  };
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
