/** Verdicts on what others answer in numbers: a query of Prometheus. */
import type { GateSpec, GateVerdict } from '@outrider/shared/domain/gate.js';
import { shownNumber } from './figures.js';
import { badness, breachOf } from './limits.js';

/** All of them have to be within the limits; one that is no number counts as not there. */
export function judgeValues(spec: GateSpec, values: readonly number[]): GateVerdict {
  const real = values.filter((value) => !Number.isNaN(value));
  if (real.length === 0) {
    return noData(spec, values.length === 0 ? 'the query had no result' : 'the query had no number as its result');
  }
  const worst = [...real].sort((a, b) => badness(spec, b) - badness(spec, a))[0] ?? 0;
  const breach = real.flatMap((value) => {
    const found = breachOf(spec, value);
    return found === undefined ? [] : [{ value, ...found }];
  })[0];
  if (breach === undefined) {
    const reason = `the query gave ${shownNumber(worst)}, within ${limitWords(spec)}`;
    return { outcome: 'pass', reason, value: worst, samples: real.length, ...limitOf(spec) };
  }
  const { value, limit, words } = breach;
  const reason = `the query gave ${shownNumber(value)}, ${words} ${shownNumber(limit)}`;
  return { outcome: 'fail', reason, value, limit, samples: real.length };
}

/** What the gate says of that: to fail, unless it was said otherwise. */
export function noData({ noData: policy }: GateSpec, reason: string): GateVerdict {
  const outcome = policy === 'pass' ? 'pass' : policy === 'inconclusive' ? 'inconclusive' : 'fail';
  return { outcome, reason: `no data: ${reason}`, samples: 0 };
}

export const limitWords = ({ max, min }: GateSpec, shown: (value: number) => string = shownNumber): string =>
  [...(max === undefined ? [] : [`max ${shown(max)}`]), ...(min === undefined ? [] : [`min ${shown(min)}`])].join(
    ' and ',
  );

export function limitOf({ max, min }: GateSpec): { readonly limit?: number } {
  const limit = max ?? min;
  return limit === undefined ? {} : { limit };
}
