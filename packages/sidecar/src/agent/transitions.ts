/** The few moves that cells are made of. */
import { type Cause, causeSentence } from './cause.js';
import type {
  Decision,
  Draining,
  Effect,
  History,
  Instance,
  InstanceEvent,
  Rules,
  Sequel,
  Stopping,
} from './instance.js';

/** Nothing changes. */
export const stay = (instance: Instance): Decision => ({ instance, effects: [] });

export const report = (event: Extract<Effect, { kind: 'report' }>['event'], reason: string, cause?: Cause): Effect => ({
  kind: 'report',
  event,
  reason,
  ...(cause === undefined ? {} : { cause }),
});

/** A new incarnation, still without a process. */
export function begin(event: InstanceEvent, history: History, reason: string, again?: true): Decision {
  const { next: incarnation, at: since } = event;
  const isAgain = again === undefined ? {} : { again };
  return {
    instance: { state: 'starting', incarnation, process: false, history, since, reason, ...isAgain },
    effects: [{ kind: 'spawn' }],
  };
}

/** Asks the process to end and gives it time. */
export function drain(
  instance: Instance,
  event: InstanceEvent,
  rules: Rules,
  sequel: Sequel,
  reason: string,
): Decision {
  const { incarnation, history } = instance;
  const deadline = event.at + rules.stopGraceMs;
  const draining: Draining = { state: 'draining', incarnation, history, since: event.at, reason, deadline, sequel };
  return { instance: draining, effects: [{ kind: 'stopProbes' }, { kind: 'signal', signal: rules.stopSignal }] };
}

/** Kills what is left; an exit that nobody asked for is told now. */
export function clear(
  instance: Instance,
  event: InstanceEvent,
  sequel: Sequel,
  reason: string,
  history: History = instance.history,
): Decision {
  const { incarnation } = instance;
  const stopping: Stopping = { state: 'stopping', incarnation, history, since: event.at, reason, sequel };
  const told = 'cause' in sequel ? [report('agent.exited', causeSentence(sequel.cause), sequel.cause)] : [];
  return { instance: stopping, effects: [{ kind: 'stopProbes' }, { kind: 'killTree' }, ...told] };
}
