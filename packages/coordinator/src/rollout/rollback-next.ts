/** In which order the hosts of a rollback go, and when it is over. */
import type { RolloutHost } from '@outrider/shared/domain/rollout.js';
import { sameHost } from '@outrider/shared/domain/rollout-place.js';
import type { Draft } from './draft.js';
import { end } from './ending.js';
import { hold } from './holding.js';
import { permit, runningHooks } from './hooks.js';
import { goesOneByOne } from './rollback-waves.js';
import { awaitHooks, isLost, namesOf } from './take-back.js';
import { LOST_STATES } from './lost.js';

/** All at once, each as soon as it has the release and what comes to it has left elsewhere; or the next, once all that can be is fetched and none is under way. */
export function rollbackNext(draft: Draft): void {
  const { hosts, paused, options } = draft.rollout;
  if (paused) return;
  const areBack = permit(draft, 'after_revert', namesOf(hosts, 'committed'));
  const staged = hosts.filter((host) => host.state === 'staged');
  const oneByOne = goesOneByOne(options.strategy) && draft.rollout.urgent !== true;
  if (!oneByOne) for (const host of staged) if (mayArrive(draft, host)) switchBack(draft, host);
  if (draft.rollout.hosts.some((host) => host.state === 'staging' || host.state === 'switching')) return;
  const [next] = draft.rollout.hosts.filter((host) => host.state === 'staged');
  if (next === undefined && areBack && runningHooks(draft.rollout).length === 0) finish(draft);
  else if (next === undefined) awaitHooks(draft);
  else if (mayGoOn(draft)) for (const host of staged) if (sameHost(host, next)) switchBack(draft, host);
}

/** Whoever is lost keeps nobody waiting: what moves from there may run twice, until somebody looks after that host. */
const mayArrive = ({ rollout }: Draft, { after = [] }: RolloutHost): boolean =>
  rollout.hosts.every(
    ({ host, state }) => !after.includes(host) || state === 'committed' || LOST_STATES.includes(state),
  );

function switchBack(draft: Draft, { host, to }: RolloutHost): void {
  if (!permit(draft, 'before_revert', [host])) return;
  draft.command(host, 'switch', to, 0, `rollback to ${to.version}`);
  draft.setHost(host, { state: 'switching', touched: true });
  draft.set({ phase: 'switching', deadline: draft.at + draft.limits.revertMs });
  draft.tell({ type: 'rollout.host.switching', host });
}

/** Until an emergency comes. */
export const isProgressive = ({ rollout }: Draft): boolean =>
  rollout.options.strategy === 'progressive' && rollout.urgent !== true;

/** Between two hosts of a progressive rollback all that are back must have been well for the length of its bake. */
export function rest(draft: Draft): void {
  if (isProgressive(draft)) {
    const back = draft.rollout.hosts.filter(({ state }) => state === 'committed');
    const { bakeMs } = draft.rollout.options;
    const allWell = back.length > 0 && back.every(({ well }) => well === true);
    draft.set({
      bakeUntil: allWell ? draft.at + bakeMs : undefined,
      deadline: draft.at + bakeMs + draft.limits.revertMs,
    });
  }
  rollbackNext(draft);
}

/** A progressive one holds where a host is lost: who is left would only follow it. */
function mayGoOn(draft: Draft): boolean {
  if (!isProgressive(draft)) return true;
  const { hosts, bakeUntil } = draft.rollout;
  const lost = hosts.find(({ state, excused }) => LOST_STATES.includes(state) && excused !== true);
  if (lost !== undefined) {
    hold(draft, { reason: lost.reason ?? `${lost.host} did not get there` });
    return false;
  }
  return hosts.every(({ state }) => state !== 'committed') || (bakeUntil !== undefined && bakeUntil <= draft.at);
}

export function holdUnwell(draft: Draft): void {
  const unwell = draft.rollout.hosts.filter(({ state, well }) => state === 'committed' && well !== true);
  hold(draft, { reason: `${unwell.map(({ host }) => host).join(', ')} is back and not well` });
}

/** A person has said to go on without those that are lost. */
export function goPast(draft: Draft): void {
  if (draft.rollout.holding === undefined) return;
  draft.set({ holding: undefined, reason: undefined });
  for (const { host, state } of draft.rollout.hosts)
    if (LOST_STATES.includes(state)) draft.setHost(host, { excused: true });
}

function finish(draft: Draft): void {
  const { hosts, options, abortedBy } = draft.rollout;
  const lost = hosts.filter((host) => LOST_STATES.includes(host.state));
  // Whoever has aborted it waits for nobody: who is lost is named, and has drifted if it does not come.
  if (abortedBy !== undefined) end(draft, 'aborted', [`aborted by ${abortedBy}`, ...lost.map(whyLost)].join('; '));
  else if (lost.length === 0) end(draft, 'succeeded');
  else if (lost.every(isLost)) endStuck(draft);
  else draft.set({ bakeUntil: undefined, deadline: draft.at + options.confirmWithinMs + draft.limits.lostMs });
}

export function endStuck(draft: Draft): void {
  const lost = draft.rollout.hosts.filter((host) => LOST_STATES.includes(host.state));
  const culprit = lost.find((host) => host.culprit !== undefined)?.culprit;
  if (culprit !== undefined) draft.set({ culprit });
  end(draft, 'stuck', lost.map(whyLost).join('; '));
}

const whyLost = ({ host, reason }: RolloutHost): string => reason ?? `${host} did not get there`;
