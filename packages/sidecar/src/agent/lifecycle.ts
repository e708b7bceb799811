/**
 * The lifecycle of an instance: each state times each event is a written cell, and `stay` is a decision. A cell
 * that is missing does not compile. Never waits and never asks the time: it is in the event.
 */
import * as drain from './drain-cells.js';
import type { Decision, EventOf, Instance, InstanceEvent, InstanceEventKind, Rules, StateOf } from './instance.js';
import * as park from './park-cells.js';
import * as rest from './rest-cells.js';
import * as run from './run-cells.js';
import { stay } from './transitions.js';

export type Cell<S extends Instance['state'], K extends InstanceEventKind> = (
  instance: StateOf<S>,
  event: EventOf<K>,
  rules: Rules,
) => Decision;
type Table = { readonly [S in Instance['state']]: { readonly [K in InstanceEventKind]: Cell<S, K> } };

/** Only the driver's own bug could bring this about. */
export function impossible(instance: Instance, event: InstanceEvent): never {
  throw new Error(`An instance that is ${instance.state} can't be told ${event.kind}.`);
}

const NO_PROCESS = {
  parkAsked: stay,
  unparkAsked: stay,
  froze: stay,
  killAsked: stay,
  spawned: impossible,
  spawnFailed: impossible,
  becameReady: stay,
  becameUnready: stay,
  becameDead: stay,
  said: stay,
  exited: stay,
  treeGone: stay,
  extended: stay,
  adopted: stay,
};

export const LIFECYCLE: Table = {
  starting: {
    startAsked: run.startAgain,
    stopAsked: run.stopStart,
    parkAsked: stay,
    unparkAsked: stay,
    froze: stay,
    killAsked: stay,
    spawned: run.spawned,
    spawnFailed: run.spawnFailed,
    becameReady: run.becameReady,
    becameUnready: stay,
    becameDead: run.becameDead,
    said: run.saidWhileStarting,
    exited: run.exited,
    deadline: run.startDeadline,
    treeGone: impossible,
    extended: run.extendStart,
    adopted: run.adoptStart,
  },
  ready: {
    startAsked: run.startAgain,
    stopAsked: run.stop,
    parkAsked: park.park,
    unparkAsked: stay,
    froze: stay,
    killAsked: stay,
    spawned: impossible,
    spawnFailed: impossible,
    becameReady: stay,
    becameUnready: run.becameUnready,
    becameDead: run.becameDead,
    said: run.said,
    exited: run.exited,
    deadline: stay,
    treeGone: impossible,
    extended: stay,
    adopted: run.adopt,
  },
  unhealthy: {
    startAsked: run.startAgain,
    stopAsked: run.stop,
    parkAsked: stay,
    unparkAsked: stay,
    froze: stay,
    killAsked: stay,
    spawned: impossible,
    spawnFailed: impossible,
    becameReady: run.becameReady,
    becameUnready: stay,
    becameDead: run.becameDead,
    said: run.said,
    exited: run.exited,
    deadline: run.stopDeadline,
    treeGone: impossible,
    extended: run.extendStop,
    adopted: run.adopt,
  },
  parked: {
    startAsked: stay,
    stopAsked: park.stop,
    parkAsked: stay,
    unparkAsked: park.unpark,
    froze: park.froze,
    killAsked: stay,
    spawned: impossible,
    spawnFailed: impossible,
    becameReady: stay,
    becameUnready: stay,
    becameDead: stay,
    said: stay,
    exited: park.exited,
    deadline: park.neverIdle,
    treeGone: impossible,
    extended: park.extend,
    adopted: park.adopt,
  },
  draining: {
    startAsked: drain.startAfter,
    stopAsked: drain.stopAfter,
    parkAsked: stay,
    unparkAsked: stay,
    froze: stay,
    killAsked: drain.kill,
    spawned: impossible,
    spawnFailed: impossible,
    becameReady: stay,
    becameUnready: stay,
    becameDead: stay,
    said: stay,
    exited: drain.exited,
    deadline: drain.graceOver,
    treeGone: impossible,
    extended: drain.extend,
    adopted: drain.adoptDraining,
  },
  stopping: {
    startAsked: drain.startAfter,
    stopAsked: drain.stopAfter,
    parkAsked: stay,
    unparkAsked: stay,
    froze: stay,
    killAsked: stay,
    spawned: impossible,
    spawnFailed: impossible,
    becameReady: stay,
    becameUnready: stay,
    becameDead: stay,
    said: stay,
    exited: stay,
    deadline: stay,
    treeGone: drain.treeGone,
    extended: stay,
    adopted: drain.adoptStopping,
  },
  exited: { ...NO_PROCESS, startAsked: rest.start, stopAsked: rest.restExited, deadline: stay },
  backoff: { ...NO_PROCESS, startAsked: rest.start, stopAsked: rest.stopResting, deadline: rest.again },
  failed: { ...NO_PROCESS, startAsked: rest.start, stopAsked: rest.stopResting, deadline: rest.again },
};

/** An event of another incarnation is dropped before the table is asked. */
export function decide(instance: Instance, event: InstanceEvent, rules: Rules): Decision {
  if ('incarnation' in event && event.incarnation !== instance.incarnation) return stay(instance);
  const cell = LIFECYCLE[instance.state][event.kind] as (i: Instance, e: InstanceEvent, r: Rules) => Decision;
  return cell(instance, event, rules);
}
