/** Delivery figures in words, the same in every face. Pure. */

interface Deployments {
  readonly total: number;
  readonly succeeded: number;
  readonly rolled_back: number;
  readonly stuck: number;
  readonly aborted: number;
}

/** `12 (9 good, 2 rolled back, 1 aborted)`. `rollbacks`: those that somebody asked for. */
export function deploymentWords(deployments: Deployments, rollbacks: number): string {
  const parts = [
    [deployments.succeeded, 'good'],
    [deployments.rolled_back, 'rolled back'],
    [deployments.stuck, 'stuck'],
    [deployments.aborted, 'aborted'],
    [rollbacks, 'asked back'],
  ] as const;
  const words = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return words.length === 0 ? '0' : `${deployments.total} (${words.join(', ')})`;
}

/** In the unit in which it is one or more, down to months; undefined: never. */
export function frequencyWords(perDay: number): string | undefined {
  if (perDay === 0) return undefined;
  if (perDay >= 1) return `${tenth(perDay)} a day`;
  return perDay * 7 >= 1 ? `${tenth(perDay * 7)} a week` : `${tenth(perDay * 30)} in 30 days`;
}

/** To one digit behind the point, where it has one. */
export const tenth = (value: number): string => String(Math.round(value * 10) / 10);
