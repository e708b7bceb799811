/** The way forward: what comes next once enough hosts have said that they are where they should be. */
import type { HookPoint } from '@outrider/shared/domain/hook.js';
import type { RolloutHost } from '@outrider/shared/domain/rollout.js';
import type { Draft } from './draft.js';
import { end } from './ending.js';
import { isPromotedStage } from './first-stage.js';
import { awaitsSteady } from './steadiness.js';
import { beginGates, gateTimeMs, openGates } from './gate-cells.js';
import { permit } from './hooks.js';
import { stagePending } from './staging.js';

/** Goes as far as the state allows; nothing new begins while the rollout is paused. */
export function advance(draft: Draft): void {
  if (draft.rollout.paused) return;
  switch (draft.rollout.phase) {
    case 'staging':
      stagePending(draft);
      if (mayBegin(draft)) switchNextWave(draft);
      return;
    case 'switching':
      hasRun(draft, 'after_switch', 'trial');
      if (draft.rollout.hosts.some(isBusy) || !allWell(draft)) return;
      if (draft.rollout.awaitsSteady === true) switchNextWave(draft);
      else if (inState(draft, 'trial').length === 0 || lacksSome(draft)) switchNextWave(draft);
      else if (hasRun(draft, 'after_switch', 'trial') && hasRun(draft, 'before_trial', 'trial')) startBake(draft);
      return;
    case 'baking':
      if (!draft.rollout.hosts.some(isBusy)) bake(draft);
      return;
    case 'committing':
      if (!hasRun(draft, 'after_commit', 'committed')) return;
      if (draft.rollout.hosts.some(isBusy) || inState(draft, 'committing').length > 0) return;
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

/** On its way: nothing else begins before it has arrived. */
export const isBusy = ({ state }: RolloutHost): boolean =>
  state === 'staging' || state === 'switching' || state === 'reverting';

const inState = (draft: Draft, state: RolloutHost['state']): readonly RolloutHost[] =>
  draft.rollout.hosts.filter((host) => host.state === state);

/** What stands there has run for all hosts in this state, or is begun. */
const hasRun = (draft: Draft, point: HookPoint, state: RolloutHost['state']): boolean =>
  permit(draft, point, names(inState(draft, state)));

const names = (hosts: readonly RolloutHost[]): readonly string[] => hosts.map(({ host }) => host);

/** Every host has the release, and nothing of it is in use yet. */
function mayBegin(draft: Draft): boolean {
  const { hosts } = draft.rollout;
  const isFetched = hasRun(draft, 'after_stage', 'staged');
  return hosts.every(({ state }) => state === 'staged') && isFetched && permit(draft, 'before_rollout', names(hosts));
}

const allWell = (draft: Draft): boolean => inState(draft, 'trial').every((host) => host.well === true);

/** A host of a wave that is on trial was left behind when it failed, and is tried again. */
function lacksSome(draft: Draft): boolean {
  const last = Math.max(...inState(draft, 'trial').map(({ wave }) => wave));
  return inState(draft, 'staged').some(({ wave }) => wave <= last);
}

function nextWave(draft: Draft): readonly RolloutHost[] {
  const waiting = inState(draft, 'staged');
  const wave = Math.min(...waiting.map((host) => host.wave));
  return waiting.filter((candidate) => candidate.wave === wave);
}

function switchNextWave(draft: Draft): void {
  const next = nextWave(draft);
  if (awaitsSteady(draft, next)) return;
  if (!permit(draft, 'before_switch', names(next))) return;
  const { confirmWithinMs } = draft.rollout.options;
  for (const host of next) {
    draft.command(host.host, 'switch', host.to, confirmWithinMs);
    draft.setHost(host.host, { state: 'switching', touched: true, well: undefined });
    draft.tell({ type: 'rollout.host.switching', host: host.host });
  }
  draft.set({ phase: 'switching', deadline: draft.at + draft.limits.switchMs });
}

function startBake(draft: Draft): void {
  const bakeMs = bakeOf(draft);
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
  const { bakeUntil, bakeDone } = draft.rollout;
  if (!allWell(draft)) {
    draft.set({ bakeUntil: undefined, bakeDone: undefined });
  } else if (bakeDone === true) {
    endBake(draft);
  } else if (bakeUntil === undefined) {
    draft.set({ bakeUntil: draft.at + bakeOf(draft) });
    if (bakeOf(draft) === 0) endBake(draft);
  } else if (bakeUntil <= draft.at) {
    endBake(draft);
  }
}

/** Who was promoted has baked enough. */
const bakeOf = ({ rollout }: Draft): number => (isPromotedStage(rollout) ? 0 : rollout.options.bakeMs);

/** Somebody has to say that the canary is good: its hosts stay on trial meanwhile, however long that takes. */
function awaitsPromotion(draft: Draft): boolean {
  const { options, promotedBy, hosts } = draft.rollout;
  const { awaitPromotion = false, canaryWave = 0 } = options;
  if (!awaitPromotion || promotedBy !== undefined || canaryWave === 0) return false;
  return hosts.every(({ wave, state }) => (wave <= canaryWave ? state === 'trial' || state === 'committed' : true));
}

/** Its time is over. A bake that ends before every gate has had its say is no success. */
function endBake(draft: Draft): void {
  if (openGates(draft.rollout).length === 0 && mayLeaveBake(draft)) finishBake(draft);
  else draft.set({ bakeUntil: undefined, bakeDone: true });
}

/** Before what comes after the bake; while hooks run, health and gates go on being watched. */
function mayLeaveBake(draft: Draft): boolean {
  if (!hasRun(draft, 'after_trial', 'trial')) return false;
  if (awaitsPromotion(draft)) return true;
  return isNextWave(draft)
    ? permit(draft, 'before_switch', names(nextWave(draft)))
    : hasRun(draft, 'before_commit', 'trial');
}

/** With `commit: together` the other waves come first. */
const isNextWave = (draft: Draft): boolean =>
  draft.rollout.options.commit === 'together' && inState(draft, 'staged').length > 0;

/** The decision to commit is this write itself: the hosts are told only once it is stored. */
function finishBake(draft: Draft): void {
  draft.tell({ type: 'rollout.gate.passed', data: { gate: 'health' } });
  draft.set({ bakeUntil: undefined, bakeDone: undefined });
  if (awaitsPromotion(draft)) {
    draft.set({ paused: true, awaiting: 'promotion', deadline: undefined });
    draft.tell({ type: 'rollout.paused', reason: 'the canary is well and waits to be promoted' });
    return;
  }
  if (isNextWave(draft)) {
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
