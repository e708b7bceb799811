/**
 * One side against the other: the ratio of their levels, and from 20 samples on each side on the Mann-Whitney U test of
 * whether the difference is more than chance. Both have to speak against the new one.
 */
import type { GateSpec, GateVerdict } from '@outrider/shared/domain/gate.js';
import { shownNumber } from './figures.js';
import { mannWhitneyGreater } from './mann-whitney.js';
import { countOf, type Measure, type Pool } from './measure.js';

/** Below so many samples on either side the ratio alone decides: the approximation of the test is too rough. */
export const TEST_SAMPLES = 20;
/** So small a chance that it was chance. */
export const SIGNIFICANCE = 0.01;

export function judgeComparison(
  spec: GateSpec,
  measure: Measure,
  where: string,
  since: Pool,
  other: Pool,
): GateVerdict {
  const [now, then] = [measure.level(since), measure.level(other)];
  const samples = Math.min(countOf(since), countOf(other));
  if (now === undefined || then === undefined || now < 0 || then < 0) {
    return { outcome: 'inconclusive', reason: `${where}: values below 0 have no ratio`, samples };
  }
  const limit = spec.maxRatio ?? 1;
  const ratio = ratioOf(now, then);
  const whose = spec.compare === 'before' ? 'before the switch' : 'on hosts not yet switched';
  const sentence = `${where}: ${measure.levelWords(now)}, ${measure.levelWords(then)} ${whose}; ratio ${shownNumber(ratio)}`;
  const numbers = { ...(Number.isFinite(ratio) ? { value: ratio } : {}), limit, samples };
  if (ratio <= limit) return { outcome: 'pass', reason: `${sentence}, max_ratio ${shownNumber(limit)}`, ...numbers };
  const bad = `${sentence}, more than max_ratio ${shownNumber(limit)}`;
  if (samples < TEST_SAMPLES) return { outcome: 'fail', reason: bad, ...numbers };
  const { p } = mannWhitneyGreater(measure.spread(since), measure.spread(other));
  const test = `Mann-Whitney p = ${p < 1e-4 ? '< 0.0001' : shownNumber(p)}`.replace('= <', '<');
  return p < SIGNIFICANCE
    ? { outcome: 'fail', reason: `${bad} (${test})`, ...numbers }
    : { outcome: 'pass', reason: `${bad}, which may be chance (${test})`, ...numbers };
}

/** From nothing to something is more than any ratio. */
function ratioOf(now: number, then: number): number {
  if (then > 0) return now / then;
  return now > 0 ? Infinity : 1;
}
