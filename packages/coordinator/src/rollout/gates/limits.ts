/** A number against the limits of a gate. */
import type { GateSpec } from '@outrider/shared/domain/gate.js';

export interface Breach {
  readonly limit: number;
  /** `more than max` or `less than min`. */
  readonly words: string;
}

export function breachOf({ max, min }: Pick<GateSpec, 'max' | 'min'>, value: number): Breach | undefined {
  if (max !== undefined && value > max) return { limit: max, words: 'more than max' };
  return min !== undefined && value < min ? { limit: min, words: 'less than min' } : undefined;
}

/** How far a value is from being a breach, for choosing the worst of several: higher is worse. */
export const badness = ({ max, min }: Pick<GateSpec, 'max' | 'min'>, value: number): number =>
  max !== undefined ? value - max : min !== undefined ? min - value : 0;
