/** Which gates of a release its rollout can ask. */
import type { GateSpec } from '@outrider/shared/domain/gate.js';
import type { Target } from './plan-host.js';

/** `targets` in the order in which they are switched; `waves`: the one of each. */
export function gatesFor(
  gates: readonly GateSpec[],
  targets: readonly Target[],
  waves: readonly number[],
): { readonly gates: readonly GateSpec[]; readonly problems: readonly string[] } {
  if (targets.length === 0) return { gates: [], problems: [] };
  // On a first release nothing was before it.
  const isFirst = targets.every(({ from }) => from === undefined);
  const asked = gates.filter(({ compare }) => !(compare === 'before' && isFirst));
  const isOneWave = new Set(waves).size === 1;
  const lonely = asked.filter(({ compare, noData }) => compare === 'hosts' && noData === 'fail' && isOneWave);
  const all = targets.length === 1 ? 'has one host only' : 'switches all its hosts together';
  return {
    gates: asked,
    problems: lonely.map(
      ({ name }) =>
        `The gate ${name} compares with hosts that are not switched yet, and this rollout ${all}. ` +
        'Let it compare: before, give it no_data: pass, or leave gates out with --no-monitoring.',
    ),
  };
}
