/**
 * Whether somebody comes and goes: each loss costs a penalty, which halves in a while, as BGP damps routes that flap
 * (RFC 2439, section 4.2: figure of merit, cutoff, reuse, ceiling). Times are milliseconds of one steady clock.
 */
export interface Flapping {
  /** As it was at `at`; it has decayed since. */
  readonly penalty: number;
  readonly at: number;
  /** It counts as one that flaps until its penalty is below `reuse`. */
  readonly damped: boolean;
}

export interface DampingRule {
  readonly perLoss: number;
  /** From here on it is damped. */
  readonly cutoff: number;
  /** Below this it is damped no more. */
  readonly reuse: number;
  readonly halfLifeMs: number;
  /** The penalty never grows above it, so that whoever is steady at last does not wait for ever. */
  readonly ceiling: number;
}

/** Three losses within half a minute; and after the last one at most two minutes. */
export const DAMPING: DampingRule = { perLoss: 1_000, cutoff: 2_500, reuse: 1_000, halfLifeMs: 60_000, ceiling: 4_000 };

export const STEADY: Flapping = { penalty: 0, at: 0, damped: false };

/** What is left of the penalty. A clock that went back takes nothing away. */
export const penaltyAt = ({ penalty, at }: Flapping, now: number, { halfLifeMs }: DampingRule): number =>
  penalty * 0.5 ** (Math.max(0, now - at) / halfLifeMs);

/** It was lost once more. */
export function lostOnce(flapping: Flapping, now: number, rule: DampingRule = DAMPING): Flapping {
  const penalty = Math.min(rule.ceiling, penaltyAt(flapping, now, rule) + rule.perLoss);
  const wasDamped = flapping.damped && now < steadyAt(flapping, rule);
  return { penalty, at: Math.max(now, flapping.at), damped: wasDamped || penalty >= rule.cutoff };
}

/** When it counts as steady again, if it is not lost once more. */
export function steadyAt({ penalty, at, damped }: Flapping, { reuse, halfLifeMs }: DampingRule = DAMPING): number {
  return damped ? at + halfLifeMs * Math.log2(Math.max(1, penalty / reuse)) : at;
}

export const isFlapping = (flapping: Flapping, now: number, rule: DampingRule = DAMPING): boolean =>
  flapping.damped && now < steadyAt(flapping, rule);
