/** outrider.v1.Coordinator: rollouts, rollbacks and their history. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import {
  CONTROL_ACTIONS,
  LEAST_CONFIRM_MS,
  ON_FAILURE,
  ROLLOUT_STRATEGIES,
  type Rollout,
} from '@outrider/shared/domain/rollout.js';
import type { CoordinatorHandlers } from '@outrider/shared/gen/outrider/v1/Coordinator.js';
import type { EventsRequest__Output } from '@outrider/shared/gen/outrider/v1/EventsRequest.js';
import type { RollbackRequest__Output } from '@outrider/shared/gen/outrider/v1/RollbackRequest.js';
import type { RolloutRequest__Output } from '@outrider/shared/gen/outrider/v1/RolloutRequest.js';
import { writeEvent, writePlan, writeRollout } from '@outrider/shared/rpc/codec.js';
import type { CallContext, Service } from '@outrider/shared/rpc/methods.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import {
  line,
  milliseconds,
  names,
  oneOf,
  optionalApps,
  refuse,
  requestId,
  rolloutId,
  versionOrWord,
  who,
} from './fields.js';
import { eventForAnybody, forAnybody } from './for-anybody.js';
import { rollbackStrategy } from './rollback-strategy.js';
import { REST_MS } from '../rollout/strategy.js';
import type { Inside } from './inside.js';
import type { RollbackAsk, RolloutAsk } from './ports.js';
import { watchRollout } from './watch-rollout.js';

const BAKE_MS = 30_000;
const CONFIRM_WITHIN_MS = 120_000;
const MOST_HOSTS = 10_000;
const MOST_LISTED = 1_000;

type Methods =
  | 'PlanRollout'
  | 'StartRollout'
  | 'WatchRollout'
  | 'ListRollouts'
  | 'GetRollout'
  | 'ControlRollout'
  | 'PlanRollback'
  | 'Rollback'
  | 'Events';

export function rolloutMethods(inside: Inside): Pick<Service<CoordinatorHandlers>, Methods> {
  const { rollouts } = inside;
  const record = (rollout: Rollout, { isTrusted }: Pick<CallContext, 'isTrusted'>): ReturnType<typeof writeRollout> =>
    writeRollout(isTrusted ? rollout : forAnybody(rollout), rollouts.explain(rollout));
  const event = (one: OutriderEvent, { isTrusted }: Pick<CallContext, 'isTrusted'>): ReturnType<typeof writeEvent> =>
    writeEvent(isTrusted ? one : eventForAnybody(one));
  return {
    PlanRollout: async (request) => writePlan(await rollouts.plan(readAsk(request, 'plan'))),
    StartRollout: async (request) => {
      const ask = readAsk(request, requestId(request.requestId));
      const { plan, rollout } = await rollouts.start(ask);
      return { plan: writePlan(plan), rollout: rollout?.id ?? '' };
    },
    PlanRollback: async (request) => writePlan(await rollouts.planRollback(readBack(request, 'plan'))),
    Rollback: async (request) => {
      const { plan, rollout } = await rollouts.rollback(readBack(request, requestId(request.requestId)));
      return { plan: writePlan(plan), rollout: rollout?.id ?? '' };
    },
    WatchRollout: async function* (request, context) {
      const { id } = await findRollout(inside, request);
      for await (const update of watchRollout(inside, id, context.signal)) {
        yield 'event' in update ? { event: event(update.event, context) } : { record: record(update.record, context) };
      }
    },
    ListRollouts: async ({ app, limit, before }, context) => {
      const older = rolloutId(before, 'before');
      const asked = [optionalApps('app', app), count('limit', limit, 20)] as const;
      const list = await rollouts.list(...asked, ...(older === '' ? [] : [older]));
      return { rollouts: list.map((one) => record(one, context)) };
    },
    GetRollout: async (request, context) => {
      const rollout = await findRollout(inside, request);
      // What a plan says of settings needs the token, before the rollout and after it.
      const { plan } = context.isTrusted ? await rollouts.trace(rollout.id) : {};
      return { ...record(rollout, context), planned: plan === undefined ? [] : (writePlan(plan).hosts ?? []) };
    },
    ControlRollout: async ({ rollout, app, action, by }, context) =>
      record(
        await rollouts.control(
          rolloutId(rollout),
          optionalApps('app', app),
          oneOf('action', action, CONTROL_ACTIONS),
          who(by),
        ),
        context,
      ),
    Events: async function* (request, context) {
      for await (const one of eventLines(inside, request, context.signal)) yield event(one, context);
    },
  };
}

function readAsk(request: RolloutRequest__Output, id: string): RolloutAsk {
  return {
    app: optionalApps('app', request.app),
    version: versionOrWord('version', request.version),
    hosts: names('hosts', request.hosts),
    agents: names('agents', request.agents),
    bakeMs: milliseconds('bake_ms', request.bakeMs ?? BAKE_MS, 0),
    confirmWithinMs: milliseconds('confirm_within_ms', request.confirmWithinMs ?? CONFIRM_WITHIN_MS, LEAST_CONFIRM_MS),
    commit: request.commit === '' ? 'together' : oneOf('commit', request.commit, ['together', 'each']),
    strategy: request.strategy === '' ? 'rolling' : oneOf('strategy', request.strategy, ROLLOUT_STRATEGIES),
    ...(request.canary === undefined ? {} : { canary: hostCount('canary', request.canary) }),
    ...(request.maxParallel === undefined ? {} : { maxParallel: hostCount('max_parallel', request.maxParallel) }),
    autoPromote: request.autoPromote,
    onFailure: request.onFailure === '' ? 'rollback' : oneOf('on_failure', request.onFailure, ON_FAILURE),
    labels: request.labels,
    orderBy: line('order_by', request.orderBy),
    supersede: request.supersede,
    skipDown: request.skipDown,
    ...(request.noMonitoring ? { noMonitoring: true } : {}),
    by: who(request.by),
    requestId: id,
    ...(request.message === undefined ? {} : { message: line('message', request.message) }),
    ...(request.expectPlan === undefined ? {} : { expectPlan: line('expect_plan', request.expectPlan) }),
  };
}

function readBack(request: RollbackRequest__Output, id: string): RollbackAsk {
  const [hosts, agents] = [names('hosts', request.hosts), names('agents', request.agents)];
  return {
    ...{ app: optionalApps('app', request.app), hosts, agents },
    to: request.to === '' ? '' : versionOrWord('to', request.to),
    strategy: rollbackStrategy(request.strategy, { hosts, agents }, 'immediate'),
    bakeMs: milliseconds('bake_ms', request.bakeMs ?? REST_MS, 0),
    by: who(request.by),
    requestId: id,
    ...(request.message === undefined ? {} : { message: line('message', request.message) }),
  };
}

function hostCount(field: string, value: number): number {
  if (value >= 0 && value <= MOST_HOSTS) return value;
  throw new OutriderError('invalid', `${field}: ${value} is no number of hosts from 0 to ${MOST_HOSTS}.`);
}

/** Empty id: the latest. @throws OutriderError('not_found') */
export async function findRollout(
  { rollouts }: Inside,
  asked: { readonly rollout: string; readonly app: string },
): Promise<Rollout> {
  const found = await rollouts.get(rolloutId(asked.rollout), optionalApps('app', asked.app));
  if (found !== undefined) return found;
  throw new OutriderError(
    'not_found',
    asked.rollout === ''
      ? 'There was no rollout yet.'
      : `There is no rollout ${asked.rollout}. Those there are: coordinator rollout ls.`,
  );
}

function count(field: string, value: number, ifZero: number): number {
  if (value === 0) return ifZero;
  if (value < 0 || value > MOST_LISTED * 100) {
    throw new OutriderError('invalid', `${field}: ${value} is no number from 0 to ${MOST_LISTED * 100}.`);
  }
  return value;
}

async function* eventLines(
  { events }: Inside,
  { follow, lines, rollout, after }: EventsRequest__Output,
  signal: AbortSignal,
): AsyncGenerator<OutriderEvent> {
  const id = rolloutId(rollout) === '' ? undefined : rollout;
  const last = count('lines', lines, 0);
  if (after !== '' && follow) refuse('after', 'whoever follows is told what comes from now on; leave one of them out');
  const [most, of] = [last === 0 ? 100 : last, id] as const;
  if (after !== '') {
    yield* await events.after(line('after', after), most, of);
    return;
  }
  yield* follow ? events.follow(last, id, signal) : await events.last(most, of);
}
