/** Whose last word has to be heard again after a decision: it may mean something else by now. */
import { sameJson } from '@outrider/shared/domain/canonical.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';

/** Every host where more than the hosts has changed; else those of which something has. */
export function toldAnew(now: Rollout, before: Rollout | undefined): readonly RolloutHost[] {
  if (before === undefined || !sameJson(aboutAll(now), aboutAll(before))) return now.hosts;
  return now.hosts.filter((host, index) => host !== before.hosts[index]);
}

/** What became of a hook is decided on when it is heard. */
const aboutAll = ({ hosts: _hosts, steps: _steps, hookRuns: _hookRuns, ...rest }: Rollout): unknown => rest;
