/** The way forward: what comes next once enough hosts have said that they are where they should be. */
import type { RolloutHost } from '@outrider/shared/domain/rollout.js';
import type { Draft } from './draft.js';
import { end } from './ending.js';
import { beginGates, gateTimeMs, openGates } from './gate-cells.js';

/** Goes as far as the state allows; nothing new begins while the rollout is paused. */
export function advance(draft: Draft): void {
  if (draft.rollout.paused) return;
  switch (draft.rollout.phase) {
    case 'staging':
      if (draft.rollout.hosts.every((host) => host.state === 'staged')) switchNextWave(draft);
      return;
    case 'switching':
      if (inState(draft, 'switching').length > 0 || !allWell(draft)) return;
      if (inState(draft, 'trial').length === 0) switchNextWave(draft);
      else startBake(draft);
      return;
    case 'baking':
      bake(draft);
      return;
    case 'committing':
      if (inState(draft, 'committing').length > 0) return;
      if (inState(draft, 'staged').length > 0) switchNextWave(draft);
      else end(draft, 'succeeded');
      return;
    case 'rolling_back':
    case 'succeeded':
    case 'rolled_back':
    case 'aborted':
    case 'stuck':
      return;
  }
}

const inState = (draft: Draft, state: RolloutHost['state']): readonly RolloutHost[] =>
  draft.rollout.hosts.filter((host) => host.state === state);

const allWell = (draft: Draft): boolean => inState(draft, 'trial').every((host) => host.well === true);

function switchNextWave(draft: Draft): void {
  const waiting = inState(draft, 'staged');
  const wave = Math.min(...waiting.map((host) => host.wave));
  const { confirmWithinMs } = draft.rollout.options;
  for (const host of waiting.filter((candidate) => candidate.wave === wave)) {
    draft.command(host.host, 'switch', host.to, confirmWithinMs);
    draft.setHost(host.host, { state: 'switching', touched: true, well: undefined });
    draft.tell({ type: 'rollout.host.switching', host: host.host });
  }
  draft.set({ phase: 'switching', deadline: draft.at + draft.limits.switchMs });
}

function startBake(draft: Draft): void {
  const { bakeMs } = draft.rollout.options;
  draft.set({
    phase: 'baking',
    bakeUntil: draft.at + bakeMs,
    bakeLeftMs: undefined,
    bakeDone: undefined,
    deadline: draft.at + bakeMs + gateTimeMs(draft.rollout) + draft.limits.switchMs,
  });
  beginGates(draft);
  bake(draft);
}

/** Only uninterrupted health counts: a bake that was broken begins anew once all are well again. */
function bake(draft: Draft): void {
  const { bakeUntil, bakeDone, options } = draft.rollout;
  if (!allWell(draft)) {
    draft.set({ bakeUntil: undefined, bakeDone: undefined });
  } else if (bakeDone === true) {
    endBake(draft);
  } else if (bakeUntil === undefined) {
    draft.set({ bakeUntil: draft.at + options.bakeMs });
    if (options.bakeMs === 0) endBake(draft);
  } else if (bakeUntil <= draft.at) {
    endBake(draft);
  }
}

/** Its time is over. A bake that ends before every gate has had its say is no success. */
function endBake(draft: Draft): void {
  if (openGates(draft.rollout).length === 0) finishBake(draft);
  else draft.set({ bakeUntil: undefined, bakeDone: true });
}

/** The decision to commit is this write itself: the hosts are told only once it is stored. */
function finishBake(draft: Draft): void {
  draft.tell({ type: 'rollout.gate.passed', data: { gate: 'health' } });
  draft.set({ bakeUntil: undefined, bakeDone: undefined });
  if (draft.rollout.options.commit === 'together' && inState(draft, 'staged').length > 0) {
    switchNextWave(draft);
    return;
  }
  const { confirmWithinMs } = draft.rollout.options;
  draft.set({ phase: 'committing', deadline: draft.at + confirmWithinMs + draft.limits.commitMs });
  for (const host of inState(draft, 'trial')) {
    draft.command(host.host, 'commit', host.to, 0);
    draft.setHost(host.host, { state: 'committing', well: undefined });
  }
}
