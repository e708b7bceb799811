/** Which hosts are switched together. */
import { mustPrecede } from './host-order.js';
import { byHost, type Target } from './plan-host.js';

export interface WaveRule {
  /** The first so many hosts are the canary, in waves of their own; 0: there is none. */
  readonly canary: number;
  /** Hosts in one wave at most; 0: no limit. */
  readonly maxParallel: number;
}

/**
 * The wave of each target, from 1, in their order, which is that of hosts. A host goes with all its apps; one that another one of its wave must precede begins the next:
 * an agent that moves leaves one host before it comes to the other, however many may go at once.
 */
export function wavesOf(targets: readonly Target[], { canary, maxParallel }: WaveRule): readonly number[] {
  const most = maxParallel === 0 ? Infinity : maxParallel;
  let present: (readonly Target[])[] = [];
  let wave = 1;
  return byHost(targets).flatMap((host, index) => {
    const isCanaryOver = index === canary && index > 0;
    if (isCanaryOver || present.length >= most || present.some((other) => mustPrecede(other, host))) {
      wave += 1;
      present = [];
    }
    present.push(host);
    return host.map(() => wave);
  });
}

/**
 * The wave with which the canary is over; 0 where there is none, or where it is all there is to switch. `waves`: of each
 * host.
 */
export function canaryWave(waves: readonly number[], canary: number): number {
  return canary === 0 || canary >= waves.length ? 0 : (waves[canary - 1] ?? 0);
}
