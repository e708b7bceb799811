/** Hosts are told to fetch the release, once what stands before that has run. */
import type { RolloutHost } from '@outrider/shared/domain/rollout.js';
import type { Draft } from './draft.js';
import { permit } from './hooks.js';

export function stageHost(draft: Draft, { host, to }: RolloutHost): void {
  if (!permit(draft, 'before_stage', [host])) return;
  draft.command(host, 'stage', to, 0);
  draft.setHost(host, { state: 'staging' });
  draft.tell({ type: 'rollout.host.staging', host });
}

/** Who had to wait for its hooks has as long as everybody else. */
export function stagePending(draft: Draft): void {
  for (const host of draft.rollout.hosts) {
    if (host.state !== 'pending') continue;
    stageHost(draft, host);
    if (draft.host(host.host)?.state === 'staging') draft.set({ deadline: draft.at + draft.limits.stageMs });
  }
}
