/** Cells of an instance that is kept beside another version of it, and how it comes to be one and back. */
import { causeSentence } from './cause.js';
import type { Decision, EventOf, Parked, Ready, Rules } from './instance.js';
import { startLimit } from './run-cells.js';
import { clear, drain, report, stay } from './transitions.js';

const FROZEN = 'frozen until the commit';

/** It serves on until it has nothing in hand. */
export function park({ incarnation, history }: Ready, { at }: EventOf<'parkAsked'>, rules: Rules): Decision {
  const reason = 'replaced; is frozen until the commit as soon as it is idle';
  const deadline = at + rules.stopGraceMs;
  const parked: Parked = { state: 'parked', incarnation, history, since: at, reason, frozen: false, deadline };
  return { instance: parked, effects: [{ kind: 'park' }] };
}

/** One that came too late has been undone already. */
export function froze(instance: Parked, { at }: EventOf<'froze'>): Decision {
  if (instance.deadline === undefined) return stay(instance);
  const { deadline: _over, ...rest } = instance;
  return { instance: { ...rest, frozen: true, since: at, reason: FROZEN }, effects: [{ kind: 'stopProbes' }] };
}

/** What it has in hand would hang while it is frozen: it goes on. */
export function neverIdle(instance: Parked, event: EventOf<'deadline'>): Decision {
  if (instance.deadline === undefined || event.at < instance.deadline) return stay(instance);
  const { deadline: _over, ...rest } = instance;
  const why = event.detail === '' ? '' : `: ${event.detail}`;
  return {
    instance: { ...rest, since: event.at, reason: `replaced; runs on until the commit, it was never idle${why}` },
    effects: [{ kind: 'unpark' }],
  };
}

export const extend = (instance: Parked, event: EventOf<'extended'>): Decision =>
  stay(
    instance.deadline === undefined
      ? instance
      : { ...instance, deadline: Math.max(instance.deadline, event.at + event.ms) },
  );

/** The same process; whether it is well has to be seen again, and READY is said only once. */
export function unpark(instance: Parked, { at, reason }: EventOf<'unparkAsked'>, rules: Rules): Decision {
  const { incarnation, history } = instance;
  const deadline = startLimit(at, rules);
  return {
    instance: {
      ...{ state: 'starting', process: true, saidReady: true, wasParked: true },
      ...{ incarnation, history, since: at, reason, deadline },
    },
    effects: [{ kind: 'stopProbes' }, { kind: 'unpark' }, { kind: 'startProbes' }],
  };
}

/** The signal waits for it: it is the first thing that it sees. */
export function stop(instance: Parked, event: EventOf<'stopAsked'>, rules: Rules): Decision {
  const { instance: draining, effects } = drain(instance, event, rules, { kind: event.sequel }, event.reason);
  return { instance: { ...draining, wasParked: true } as typeof draining, effects: [...effects, { kind: 'unpark' }] };
}

/** Nobody needs it now. If it is needed again, it is started anew. */
export function exited(instance: Parked, event: EventOf<'exited'>): Decision {
  const cause = event.status;
  const reason = `${instance.frozen ? 'frozen' : 'kept'} until the commit, it ${causeSentence(cause)}`;
  const next = clear(instance, event, { kind: 'rest' }, reason);
  return { ...next, effects: [...next.effects, report('agent.exited', reason, cause)] };
}

/** What the old sidecar missed of it is not held against it. */
export function adopt(instance: Parked, { at }: EventOf<'adopted'>, rules: Rules): Decision {
  const adopted = report('agent.adopted', '');
  if (instance.frozen) return { instance, effects: [adopted] };
  if (instance.deadline === undefined) return { instance, effects: [{ kind: 'startProbes' }, adopted] };
  const deadline = Math.max(instance.deadline, at + rules.stopGraceMs);
  return { instance: { ...instance, deadline }, effects: [{ kind: 'startProbes' }, { kind: 'park' }, adopted] };
}
