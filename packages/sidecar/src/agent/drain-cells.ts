/** Cells of an instance that is on its way out. */
import { formatDuration } from '@outrider/shared/domain/duration.js';
import type { Decision, Draining, EventOf, Instance, Rules, Sequel, Stopping } from './instance.js';
import { follow } from './rest-cells.js';
import { clear, report, stay } from './transitions.js';

/** The last who asks is right. */
export const startAfter = (instance: Draining | Stopping, event: EventOf<'startAsked'>): Decision =>
  stay({ ...instance, sequel: { kind: 'start' }, reason: event.reason });

export const stopAfter = (instance: Draining | Stopping, event: EventOf<'stopAsked'>): Decision =>
  stay({ ...instance, sequel: { kind: event.sequel }, reason: event.reason });

/** What it leaves behind goes too. */
export const exited = (instance: Draining, event: EventOf<'exited'>): Decision =>
  clear(instance, event, instance.sequel, instance.reason);

export function graceOver(instance: Draining, event: EventOf<'deadline'>, rules: Rules): Decision {
  if (event.at < instance.deadline) return stay(instance);
  const grace = `did not end within ${formatDuration(rules.stopGraceMs)} of ${rules.stopSignal}`;
  return clear(instance, event, instance.sequel, instance.reason === '' ? grace : `${instance.reason}; ${grace}`);
}

export const extend = (instance: Draining, event: EventOf<'extended'>): Decision =>
  stay({ ...instance, deadline: Math.max(instance.deadline, event.at + event.ms) });

/** The old sidecar may not have come to the signal. Many programs take a second one for "at once": none is sent twice. */
export const adoptDraining = (instance: Draining, _event: EventOf<'adopted'>, rules: Rules): Decision => ({
  instance,
  effects: [{ kind: 'signal', signal: instance.signalled === true ? 'SIGCONT' : rules.stopSignal }],
});

export const wasSignalled = (instance: Instance): Instance =>
  instance.state === 'draining' ? { ...instance, signalled: true } : instance;

export const adoptStopping = (instance: Stopping): Decision => ({ instance, effects: [{ kind: 'killTree' }] });

export function treeGone(instance: Stopping, event: EventOf<'treeGone'>): Decision {
  const next = follow(instance, event, instance.sequel, withStuck(instance.reason, event.stuck));
  return {
    instance: next.instance,
    effects: [{ kind: 'release' }, ...told(instance.sequel, instance.reason), ...next.effects],
  };
}

const told = (sequel: Sequel, reason: string): Decision['effects'] =>
  'cause' in sequel ? [] : [report('agent.stopped', reason)];

const withStuck = (reason: string, stuck: readonly number[]): string =>
  stuck.length === 0 ? reason : `${reason}; the kernel did not let go of ${stuck.join(', ')}`;
