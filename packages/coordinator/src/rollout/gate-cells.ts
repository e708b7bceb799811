/** What verdicts of gates do to a rollout: the bake is not over before each gate has had enough good ones. */
import type { GateState } from '@outrider/shared/domain/gate.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { hostOf } from '@outrider/shared/domain/rollout-place.js';
import type { EventOf } from './decision.js';
import type { Draft } from './draft.js';
import { fail } from './failing.js';
import { isPromotedStage } from './first-stage.js';

/** In a bake that begins, or goes on after a pause, every gate is asked anew; not where a person has decided. */
export function beginGates(draft: Draft): void {
  const { gates, gateRound = 0 } = draft.rollout;
  if (gates === undefined || isPromotedStage(draft.rollout)) return;
  draft.set({
    gateRound: gateRound + 1,
    gates: gates.map(({ name, spec, passed }) =>
      isSpent(draft.rollout, spec) ? { name, spec, passed, failed: 0, errors: 0 } : newGate(spec),
    ),
  });
}

export const newGate = (spec: GateState['spec']): GateState => ({
  ...{ name: spec.name, spec },
  ...{ passed: 0, failed: 0, errors: 0 },
});

/** It compared with hosts that were not switched yet, and passed, or a person spoke for it; now there are none left. */
function isSpent(rollout: Rollout, spec: GateState['spec']): boolean {
  const hosts = judgedBy(rollout, spec);
  const isOneWave = new Set(hosts.map(({ wave }) => wave)).size === 1;
  return spec.compare === 'hosts' && hosts.every(({ touched }) => touched) && !isOneWave;
}

/** The hosts whose agents it is about; of several apps each gate is about one. */
export const judgedBy = ({ hosts }: Rollout, { app }: GateState['spec']): readonly RolloutHost[] =>
  app === undefined ? hosts : hosts.filter((host) => host.app === app);

/** Nothing of its app is on trial now: it would have nobody to ask about. */
const isElsewhere = (rollout: Rollout, spec: GateState['spec']): boolean =>
  spec.app !== undefined && judgedBy(rollout, spec).every(({ state }) => state !== 'trial');

/** Whether a bake asks it. */
export const isAsked = (rollout: Rollout, gate: GateState): boolean =>
  !isWaived(rollout, gate) && !(isSatisfied(gate) && isSpent(rollout, gate.spec));

/** The promotion stands for its verdict: in the stage that was promoted, and later where it can't be asked any more. */
const isWaived = (rollout: Rollout, { spec }: GateState): boolean =>
  isElsewhere(rollout, spec) ||
  isPromotedStage(rollout) ||
  (rollout.promotedBy !== undefined && isSpent(rollout, spec));

export const isSatisfied = ({ passed, spec }: GateState): boolean => passed >= spec.count;

/** Who has still to be asked before this bake can end. */
export const openGates = (rollout: Rollout): readonly GateState[] =>
  (rollout.gates ?? []).filter((gate) => !isSatisfied(gate) && !isWaived(rollout, gate));

/** How long gates may take over the bake, where all of them are borne with as far as they ask for. */
export function gateTimeMs({ gates = [], options }: Rollout): number {
  const times = gates.map(
    ({ spec }) => (spec.count + spec.failureLimit + spec.errorLimit + 1) * (spec.intervalMs + spec.timeoutMs),
  );
  return times.length === 0 ? 0 : options.bakeMs + Math.max(...times);
}

/** `done`: what follows a verdict that decides nothing by itself. */
export function takeVerdict(draft: Draft, { gate: name, round, verdict }: EventOf<'gate'>, done: () => void): void {
  const { gates = [], gateRound, paused } = draft.rollout;
  const state = gates.find((gate) => gate.name === name);
  if (paused || round !== gateRound || state === undefined || isWaived(draft.rollout, state)) return;
  const { outcome, reason } = verdict;
  const { spec } = state;
  switch (outcome) {
    case 'pass': {
      const { reason: _reason, ...rest } = state;
      const next = { ...rest, outcome, errors: 0, passed: Math.min(spec.count, state.passed + 1) };
      keep(draft, next);
      if (isSatisfied(next) && !isSatisfied(state)) tell(draft, 'passed', verdict, state);
      done();
      return;
    }
    case 'fail':
      keep(draft, { ...state, outcome, reason, errors: 0, failed: state.failed + 1 });
      tell(draft, 'failed', verdict, state);
      if (state.failed + 1 > spec.failureLimit) breakOff(draft, verdict, state, `the gate ${name} failed: ${reason}`);
      return;
    case 'inconclusive':
      keep(draft, { ...state, outcome, reason, errors: 0 });
      tell(draft, 'inconclusive', verdict, state);
      holdFor(draft, `gate ${name}`, `the gate ${name} is inconclusive: ${reason}`);
      return;
    case 'error':
      keep(draft, { ...state, outcome, reason, errors: state.errors + 1 });
      if (state.errors + 1 > spec.errorLimit) {
        const sentence = `it could not be asked ${state.errors + 1} times in a row: ${reason}`;
        tell(draft, 'failed', { ...verdict, reason: sentence }, state);
        breakOff(draft, verdict, state, `the gate ${name} failed: ${sentence}`);
      }
      return;
  }
}

type Verdict = EventOf<'gate'>['verdict'];

function keep(draft: Draft, next: GateState): void {
  draft.set({ gates: (draft.rollout.gates ?? []).map((gate) => (gate.name === next.name ? next : gate)) });
}

function tell(
  draft: Draft,
  what: 'passed' | 'failed' | 'inconclusive',
  verdict: Verdict,
  { name: gate, spec: { app } }: GateState,
): void {
  const { outcome: _outcome, reason, host, ...numbers } = verdict;
  const name = nameOf(draft, host);
  draft.tell({
    type: `rollout.gate.${what}`,
    reason,
    ...(host === undefined ? {} : { host }),
    ...(app === undefined ? {} : { app }),
    data: { gate, ...numbers, ...(name === undefined ? {} : { host: name }), ...(app === undefined ? {} : { app }) },
  });
}

function breakOff(draft: Draft, { host, agent, reason: cause }: Verdict, { spec }: GateState, reason: string): void {
  const name = nameOf(draft, host);
  const app = spec.app === undefined ? {} : { app: spec.app };
  const culprit = name === undefined || agent === undefined ? undefined : { host: name, ...app, agent, cause, log: [] };
  fail(draft, { reason, culprit, ...(host === undefined ? {} : { host }) });
}

const nameOf = (draft: Draft, host: string | undefined): string | undefined =>
  host === undefined ? undefined : hostOf(draft.host(host) ?? { host });

/** As a person's pause, which a person ends: the bake counts on from where it was, and the gates are asked anew. */
export function holdFor(draft: Draft, by: string, reason: string): void {
  const { bakeUntil, bakeDone } = draft.rollout;
  draft.set({ paused: true, pausedFor: reason, deadline: undefined, bakeUntil: undefined, bakeDone: undefined });
  if (bakeDone === true) draft.set({ bakeLeftMs: 0 });
  else if (bakeUntil !== undefined) draft.set({ bakeLeftMs: Math.max(0, bakeUntil - draft.at) });
  draft.tell({ type: 'rollout.paused', by, reason });
}
