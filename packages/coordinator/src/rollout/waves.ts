/** Which hosts are switched together. */
import { mustPrecede } from './host-order.js';
import type { Target } from './plan-host.js';

export interface WaveRule {
  /** The first so many hosts are the canary, in waves of their own; 0: there is none. */
  readonly canary: number;
  /** Hosts in one wave at most; 0: no limit. */
  readonly maxParallel: number;
}

/**
 * The wave of each target, from 1, in their order. A host that another one of its wave must precede begins the next:
 * an agent that moves leaves one host before it comes to the other, however many may go at once.
 */
export function wavesOf(targets: readonly Target[], { canary, maxParallel }: WaveRule): readonly number[] {
  const most = maxParallel === 0 ? Infinity : maxParallel;
  const waves: number[] = [];
  let present: Target[] = [];
  let wave = 1;
  targets.forEach((target, index) => {
    const isCanaryOver = index === canary && index > 0;
    if (isCanaryOver || present.length >= most || present.some((other) => mustPrecede(other, target))) {
      wave += 1;
      present = [];
    }
    present.push(target);
    waves.push(wave);
  });
  return waves;
}

/** The wave with which the canary is over; 0 where there is none, or where it is all there is to switch. */
export function canaryWave(waves: readonly number[], canary: number): number {
  return canary === 0 || canary >= waves.length ? 0 : (waves[canary - 1] ?? 0);
}
