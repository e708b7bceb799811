/** REST for rollouts: looking at them, and what an operator says to one that is under way. */
import { CONTROL_ACTIONS, type Rollout } from '@outrider/shared/domain/rollout.js';
import { shownHosts } from '@outrider/shared/domain/rollout-place.js';
import { readRollout } from '@outrider/shared/rpc/codec.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { oneOf, optionalApps, refuse, rolloutId, onlyFields, textIn } from './fields.js';
import type { Inside } from './inside.js';

const FIELDS = ['action', 'rollout', 'app'];
const MOST_LISTED = 1_000;
const LISTED = 20;
const FORWARDED_MS = 30_000;

export type Explained = Rollout & { readonly explained: string };

/** Newest first; `?app=NAME&limit=N`. */
export async function listRollouts({ rollouts }: Inside, query: URLSearchParams): Promise<readonly Explained[]> {
  const limit = Number(query.get('limit') ?? LISTED);
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_LISTED) {
    refuse('limit', `expected is a number from 1 to ${MOST_LISTED}`);
  }
  const list = await rollouts.list(optionalApps('app', query.get('app') ?? ''), limit);
  return list.map((rollout) => explained(rollouts, rollout));
}

/** One of them, `?rollout=r42`; without it the latest, of `?app=NAME` where that is given. */
export async function oneRollout({ rollouts }: Inside, query: URLSearchParams): Promise<Explained> {
  const id = rolloutId(query.get('rollout') ?? '');
  const found = await rollouts.get(id, optionalApps('app', query.get('app') ?? ''));
  if (found !== undefined) return explained(rollouts, found);
  throw new OutriderError('not_found', id === '' ? 'There was no rollout yet.' : `There is no rollout ${id}.`);
}

/** `{"action": "pause|resume|promote|abort", "rollout": "r42", "app": "NAME"}`; without the last two: the one that runs. */
export async function controlRollout(
  { rollouts, leader }: Inside,
  body: Readonly<Record<string, unknown>>,
  by: string,
): Promise<Explained> {
  onlyFields(body, FIELDS);
  const action = oneOf('action', textIn(body, 'action'), CONTROL_ACTIONS);
  const app = optionalApps('app', textIn(body, 'app'));
  const rollout = rolloutId(textIn(body, 'rollout'));
  return leader.carryOut(
    { isForwarded: false },
    async () => explained(rollouts, await rollouts.control(rollout, app, action, by)),
    async (remote, signal) =>
      readRollout(await remote.ControlRollout({ rollout, app, action, by }, { timeoutMs: FORWARDED_MS, signal })),
  );
}

/** As REST and the feed show it. */
export const explained = (rollouts: Inside['rollouts'], rollout: Rollout): Explained => ({
  ...rollout,
  hosts: shownHosts(rollout),
  explained: rollouts.explain(rollout),
});
