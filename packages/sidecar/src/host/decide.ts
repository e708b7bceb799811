/**
 * The release state of one app on one host: every phase times every event is a written cell. Decides and
 * never acts; what it decides is on disk before it is acted on.
 */
import type { AppState, Phase, StateOf } from './app-state.js';
import * as command from './command-cells.js';
import * as fact from './fact-cells.js';
import { accept, judge, lateReason } from './fence.js';
import { type Decision, type EventOf, type HostEvent, type HostEventKind, refuse, stay } from './host-event.js';
import * as scaling from './scaling.js';

type Cell<P extends Phase, K extends HostEventKind> = (state: StateOf<P>, event: EventOf<K>) => Decision;
type Table = { readonly [P in Phase]: { readonly [K in HostEventKind]: Cell<P, K> } };

export const TABLE: Table = {
  idle: {
    stage: command.stage,
    switch: command.switchFromIdle,
    renew: command.renewNothing,
    commit: command.commitNothing,
    // Its fence is stored all the same: the switch it should undo can't come after it.
    revert: stay,
    scale: scaling.scale,
    staged: fact.staged,
    stageFailed: fact.stageFailed,
    converged: stay,
    failed: stay,
    tick: stay,
    booted: fact.bootedIdle,
  },
  switching: {
    stage: command.stage,
    switch: command.switchUnderWay,
    renew: command.renewSwitch,
    commit: command.commitSwitch,
    revert: command.revertUnderWay,
    scale: scaling.scaleUnderWay,
    staged: fact.staged,
    stageFailed: fact.stageFailed,
    converged: fact.convergedSwitch,
    failed: fact.failedUnderWay,
    tick: fact.tickSwitch,
    booted: fact.bootedUnderWay,
  },
  trial: {
    stage: command.stage,
    switch: command.switchUnderWay,
    renew: command.renewTrial,
    commit: command.commitTrial,
    revert: command.revertUnderWay,
    scale: scaling.scaleUnderWay,
    staged: fact.staged,
    stageFailed: fact.stageFailed,
    converged: stay,
    failed: fact.failedUnderWay,
    tick: fact.tickTrial,
    booted: fact.bootedUnderWay,
  },
  reverting: {
    stage: command.stage,
    switch: command.switchFromReverting,
    renew: command.renewNothing,
    commit: command.commitNothing,
    revert: command.revertAgain,
    scale: scaling.scaleGoingBack,
    staged: fact.staged,
    stageFailed: fact.stageFailed,
    converged: fact.convergedBack,
    // It keeps trying; who holds it up is said in its status.
    failed: stay,
    tick: stay,
    booted: fact.bootedReverting,
  },
};

/**
 * Commands are heard only after the deadlines: a commit that comes when the lease is over comes too late, even
 * where no timer has noticed yet. A fence is stored with the command that it belongs to, if that was accepted.
 */
export function decide(state: AppState, event: HostEvent): Decision {
  if (!isCommand(event)) return look(state, event);
  const timely = look(state, { kind: 'tick', blameless: true, at: event.at });
  const done = event.kind === 'renew' ? look(timely.state, event) : obey(timely.state, event);
  return { ...done, effects: [...timely.effects, ...done.effects] };
}

function obey(state: AppState, event: EventOf<'stage' | 'switch' | 'commit' | 'revert'>): Decision {
  const { accepted } = state;
  const verdict = judge(accepted, event);
  if (accepted !== undefined && verdict === 'late') return refuse(state, lateReason(state.app, accepted, event.order));
  if (accepted !== undefined && verdict === 'repeated') {
    if (accepted.fence.epoch === event.order.fence.epoch) return stay(state);
    return stay({ ...state, accepted: accept(event) });
  }
  const decision = look(state, event);
  if (!decision.reply.accepted) return decision;
  return { ...decision, state: { ...decision.state, accepted: accept(event) } };
}

type AnyCell = (state: AppState, event: HostEvent) => Decision;

const look = (state: AppState, event: HostEvent): Decision =>
  (TABLE[state.work.phase][event.kind] as unknown as AnyCell)(state, event);

const isCommand = (event: HostEvent): event is EventOf<'stage' | 'switch' | 'renew' | 'commit' | 'revert'> =>
  event.kind === 'stage' ||
  event.kind === 'switch' ||
  event.kind === 'renew' ||
  event.kind === 'commit' ||
  event.kind === 'revert';
