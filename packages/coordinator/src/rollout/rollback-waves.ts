/** Which hosts of a rollback go together. */
import type { RolloutOptions } from '@outrider/shared/domain/rollout.js';

const ONE_BY_ONE: readonly RolloutOptions['strategy'][] = ['graceful', 'progressive', undefined];

/** One host after another; else all at once. */
export const goesOneByOne = (strategy: RolloutOptions['strategy']): boolean => ONE_BY_ONE.includes(strategy);

/**
 * The wave of each host, in the order of `targets`: one for each where they go one after another, else the first, but
 * for hosts that agents come to from others (`after`), which go in the wave after these.
 */
export function rollbackWaves(
  strategy: RolloutOptions['strategy'],
  targets: readonly { readonly host: string; readonly after?: readonly string[] }[],
): ReadonlyMap<string, number> {
  const waves = new Map<string, number>();
  for (const { host, after = [] } of targets) {
    const known = waves.get(host);
    const afterOthers = 1 + Math.max(0, ...after.map((name) => waves.get(name) ?? 0));
    waves.set(host, goesOneByOne(strategy) ? (known ?? waves.size + 1) : Math.max(known ?? 1, afterOthers));
  }
  return waves;
}
