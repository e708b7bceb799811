/** How long hosts are going to take, by what earlier rollouts of the app took there. Never guesses. */
import type { HostExpectation, Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { medianOf } from './median.js';

/** Of so many rollouts at most: what was long ago was another app. */
const LOOKED_AT = 5;

/** `history`: rollouts of the app, newest first. */
export function expectedOn(host: string, history: readonly Rollout[]): HostExpectation {
  const times = history
    .filter(({ kind }) => kind === 'rollout')
    .flatMap(({ hosts }) => hosts.filter((one) => one.host === host))
    .flatMap((one) => one.times ?? []);
  const [staging, switching] = [took(times, 'staging', 'staged'), took(times, 'switching', 'trial')];
  const [stagingMs, switchingMs] = [medianOf(staging), medianOf(switching)];
  return {
    ...(stagingMs === undefined ? {} : { stagingMs }),
    ...(switchingMs === undefined ? {} : { switchingMs }),
    rollouts: Math.max(staging.length, switching.length),
  };
}

/** Hosts stage together; each wave is switched, then bakes. Undefined: of some host nothing is known. */
export function expectedMs(
  hosts: readonly { readonly wave: number; readonly expected: HostExpectation }[],
  bakeMs: number,
): number | undefined {
  const staging = hosts.map(({ expected }) => expected.stagingMs);
  const waves = [...new Set(hosts.map(({ wave }) => wave))].map((wave) =>
    hosts.filter((host) => host.wave === wave).map(({ expected }) => expected.switchingMs),
  );
  const longest = [staging, ...waves].map(largest);
  if (hosts.length === 0 || !longest.every((ms) => ms !== undefined)) return undefined;
  return longest.reduce((sum, ms) => sum + ms, waves.length * bakeMs);
}

type Times = NonNullable<RolloutHost['times']>;

/** A step that was begun again and not ended has no duration. */
function took(list: readonly Times[], from: keyof Times, to: keyof Times): readonly number[] {
  return list
    .flatMap((times) => {
      const [begun, ended] = [times[from], times[to]];
      return begun === undefined || ended === undefined || ended < begun ? [] : [ended - begun];
    })
    .slice(0, LOOKED_AT);
}

const largest = (list: readonly (number | undefined)[]): number | undefined =>
  list.every((ms) => ms !== undefined) ? Math.max(...list) : undefined;
