/** Cells of an instance without a process, and how it comes to be one. */
import type { Backoff, Decision, EventOf, Exited, Failed, Instance, InstanceEvent, Sequel } from './instance.js';
import { RETRY_AFTER_MS, failureSentence, forgetRow } from './restart-policy.js';
import { begin, report } from './transitions.js';

type Resting = Exited | Backoff | Failed;

/** Nothing of the incarnation is left: what its end was to be followed by. */
export function follow(instance: Instance, event: InstanceEvent, sequel: Sequel, reason: string): Decision {
  const { incarnation, history } = instance;
  const common = { incarnation, history, since: event.at, reason };
  switch (sequel.kind) {
    case 'rest':
      return { instance: { ...common, state: 'exited', why: 'asked' }, effects: [] };
    case 'end':
      return { instance: { ...common, state: 'exited', why: 'done' }, effects: [] };
    case 'start':
      return begin(event, forgetRow(history), reason);
    case 'again': {
      if (sequel.delayMs === 0) return restart(instance, event, reason);
      const deadline = event.at + sequel.delayMs;
      return {
        instance: { ...common, state: 'backoff', deadline },
        effects: [report('agent.backoff', reason, sequel.cause)],
      };
    }
    case 'fail': {
      const retry = sequel.retry ? { deadline: event.at + RETRY_AFTER_MS } : {};
      const sentence = failureSentence(history, sequel.cause);
      return {
        instance: { ...common, state: 'failed', ...retry, reason: sentence },
        effects: [report('agent.failed', sentence, sequel.cause)],
      };
    }
  }
}

/** Whoever asks for a start gets it, whatever was before. */
export const start = (instance: Resting, event: EventOf<'startAsked'>): Decision =>
  begin(event, forgetRow(instance.history), event.reason);

export function stopResting(instance: Backoff | Failed, event: EventOf<'stopAsked'>): Decision {
  if (event.sequel === 'start') return begin(event, forgetRow(instance.history), event.reason);
  const next = follow(instance, event, { kind: 'rest' }, event.reason);
  return { ...next, effects: [report('agent.stopped', event.reason)] };
}

/** What rests goes on resting, from now on because it was asked to. */
export function restExited(instance: Exited, event: EventOf<'stopAsked'>): Decision {
  if (event.sequel === 'start') return begin(event, forgetRow(instance.history), event.reason);
  return { instance: { ...instance, why: 'asked', reason: event.reason }, effects: [] };
}

export function again(instance: Backoff | Failed, event: EventOf<'deadline'>): Decision {
  if (instance.deadline === undefined || event.at < instance.deadline) return { instance, effects: [] };
  return restart(instance, event, instance.reason);
}

function restart(instance: Instance, event: InstanceEvent, reason: string): Decision {
  return begin(event, instance.history, reason, true);
}
