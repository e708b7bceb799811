/** Cells of an instance whose process runs, or is about to. */
import { type Cause, causeSentence } from './cause.js';
import { PUNCTUAL_MS } from './check-health.js';
import type { Decision, EventOf, History, Ready, Rules, Starting, Unhealthy } from './instance.js';
import { WELL_AFTER_MS, afterExit, forgetRow } from './restart-policy.js';
import { follow } from './rest-cells.js';
import { clear, drain, report, stay } from './transitions.js';

/** Where no check tells: taken for ready after so long alive. */
export const SETTLED_AFTER_MS = 1_000;

type Running = Starting | Ready | Unhealthy;

const startLimit = (at: number, rules: Rules): number => at + (rules.startPeriodMs ?? SETTLED_AFTER_MS);

export function spawned(instance: Starting, event: EventOf<'spawned'>, rules: Rules): Decision {
  return {
    instance: withProcess(instance, startLimit(event.at, rules)),
    effects: [{ kind: 'startProbes' }, report('agent.starting', instance.reason)],
  };
}

/** A start that never came to a process is no restart. */
function withProcess({ again, history, ...instance }: Starting, deadline: number): Starting {
  const restarts = history.restarts + (again === true ? 1 : 0);
  return { ...instance, history: { ...history, restarts }, process: true, deadline };
}

export function spawnFailed(instance: Starting, event: EventOf<'spawnFailed'>, rules: Rules): Decision {
  const cause: Cause = { kind: 'not-started', detail: event.detail };
  const { history, sequel } = afterExit(instance.history, { cause, random: event.random }, rules);
  const next = follow({ ...instance, history }, event, sequel, causeSentence(cause));
  return { ...next, effects: [report('agent.exited', causeSentence(cause), cause), ...next.effects] };
}

/** Before there is a process there is nothing to end. */
export function stopStart(instance: Starting, event: EventOf<'stopAsked'>, rules: Rules): Decision {
  if (instance.process) return stop(instance, event, rules);
  if (event.sequel === 'start') return stay(instance);
  return follow(instance, event, { kind: 'rest' }, event.reason);
}

/** It runs already; what counted against it does not any more. */
export const startAgain = (instance: Running): Decision => stay({ ...instance, history: forgetRow(instance.history) });

export function stop(instance: Running, event: EventOf<'stopAsked'>, rules: Rules): Decision {
  return drain(instance, event, rules, { kind: event.sequel }, event.reason);
}

export function becameReady(instance: Starting | Unhealthy, event: EventOf<'becameReady'>): Decision {
  if (instance.state === 'starting' && !instance.process) return stay(instance);
  const history = { ...instance.history, everReady: true };
  const { incarnation } = instance;
  return {
    instance: { state: 'ready', incarnation, history, since: event.at, reason: '' },
    effects: [report('agent.ready', '')],
  };
}

export function becameUnready(instance: Ready, event: EventOf<'becameUnready'>): Decision {
  const before = historyUntil(instance, event.at);
  const history = { ...before, faults: before.faults + 1 };
  const { incarnation } = instance;
  return {
    instance: { state: 'unhealthy', incarnation, history, since: event.at, reason: event.detail },
    effects: [report('agent.unhealthy', event.detail)],
  };
}

/** It hangs: its end is asked for, and what follows is decided as if it had exited. Not of one that said that it stops. */
export function becameDead(instance: Running, event: EventOf<'becameDead'>, rules: Rules): Decision {
  if (instance.state === 'unhealthy' && instance.deadline !== undefined) return stay(instance);
  return giveUp(instance, event, rules, { kind: event.cause, detail: event.detail });
}

/** Kept for the next sidecar. */
export const saidWhileStarting = (instance: Starting, event: EventOf<'said'>): Decision =>
  stay(
    (instance.saidReady ?? false) === (event.word === 'ready')
      ? instance
      : { ...instance, saidReady: event.word === 'ready' },
  );

/** That it stops is no fault: its exit will tell. It has the time that it would have if it had been asked to end. */
export function said(instance: Ready | Unhealthy, event: EventOf<'said'>, rules: Rules): Decision {
  const stops = instance.state === 'unhealthy' && instance.deadline !== undefined;
  if (event.word === 'ready' || stops) return stay(instance);
  const { incarnation } = instance;
  const history = historyUntil(instance, event.at);
  const deadline = event.at + rules.stopGraceMs;
  const reason = 'said that it stops';
  return {
    instance: { state: 'unhealthy', incarnation, history, since: event.at, reason, deadline },
    effects: [report('agent.unhealthy', reason)],
  };
}

export function stopDeadline(instance: Unhealthy, event: EventOf<'deadline'>, rules: Rules): Decision {
  if (instance.deadline === undefined || event.at < instance.deadline) return stay(instance);
  if (event.lateMs > PUNCTUAL_MS) return stay({ ...instance, deadline: event.at + event.lateMs });
  return giveUp(instance, event, rules, { kind: 'stop-timeout', limitMs: rules.stopGraceMs });
}

export function extendStop(instance: Unhealthy, event: EventOf<'extended'>): Decision {
  if (instance.deadline === undefined) return stay(instance);
  return stay({ ...instance, deadline: Math.max(instance.deadline, event.at + event.ms) });
}

/** With checks, it was not ready in time; without, it has lived long enough. */
export function startDeadline(instance: Starting, event: EventOf<'deadline'>, rules: Rules): Decision {
  if (instance.deadline === undefined || event.at < instance.deadline) return stay(instance);
  if (rules.startPeriodMs === undefined) return becameReady(instance, { ...event, kind: 'becameReady' });
  if (event.lateMs > PUNCTUAL_MS) return stay({ ...instance, deadline: event.at + event.lateMs });
  return giveUp(instance, event, rules, { kind: 'start-timeout', limitMs: rules.startPeriodMs, detail: event.detail });
}

export function exited(instance: Running, event: EventOf<'exited'>, rules: Rules): Decision {
  const exit = { cause: event.status, random: event.random, ...readyFor(instance, event.at) };
  const { history, sequel } = afterExit(instance.history, exit, rules);
  return clear(instance, event, sequel, causeSentence(event.status), history);
}

export function extendStart(instance: Starting, event: EventOf<'extended'>, rules: Rules): Decision {
  if (instance.deadline === undefined || rules.startPeriodMs === undefined) return stay(instance);
  return stay({ ...instance, deadline: Math.max(instance.deadline, event.at + event.ms) });
}

/** What the old sidecar missed of the start is not held against it. */
export function adoptStart(instance: Starting, event: EventOf<'adopted'>, rules: Rules): Decision {
  return adopt(withProcess(instance, startLimit(event.at, rules)));
}

export const adopt = (instance: Running): Decision => ({
  instance,
  effects: [{ kind: 'startProbes' }, report('agent.adopted', '')],
});

function giveUp(instance: Running, event: EventOf<'becameDead' | 'deadline'>, rules: Rules, cause: Cause): Decision {
  const exit = { cause, random: event.random, ...readyFor(instance, event.at) };
  const { history, sequel } = afterExit(instance.history, exit, rules);
  const next = drain({ ...instance, history }, event, rules, sequel, causeSentence(cause));
  return { ...next, effects: [report('agent.unhealthy', causeSentence(cause), cause), ...next.effects] };
}

/** What counts against it when it is ready no more: what was before a long time of being well does not. */
const historyUntil = (instance: Ready | Unhealthy, at: number): History =>
  instance.state === 'ready' && at - instance.since >= WELL_AFTER_MS ? forgetRow(instance.history) : instance.history;

const readyFor = (instance: Running, at: number): { readyForMs?: number } =>
  instance.state === 'ready' ? { readyForMs: at - instance.since } : {};
