import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mannWhitneyGreater, upperTail } from './mann-whitney.js';

/** Ozone in New York, 1973, by day: R's `airquality`, days without a value left out. */
const MAY = [41, 36, 12, 18, 28, 23, 19, 8, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, 23, 45, 115, 37];
const AUGUST = [
  ...[39, 9, 16, 78, 35, 66, 122, 89, 110, 44, 28, 65, 22],
  ...[59, 23, 31, 44, 21, 9, 45, 168, 73, 76, 118, 84, 85],
];

describe('Mann-Whitney U', () => {
  it('is as R has it where there are ties', () => {
    // wilcox.test(Ozone ~ Month, data = airquality, subset = Month %in% c(5, 8)): W = 127.5, p-value = 0.0001208
    expect(mannWhitneyGreater(MAY, AUGUST).u).toBe(127.5);
    const { u, p } = mannWhitneyGreater(AUGUST, MAY);
    expect(u).toBe(26 * 26 - 127.5);
    expect(2 * p).toBeCloseTo(0.0001208, 7);
  });

  it('is as published where there are none', () => {
    // Permeability constants (Hollander and Wolfe 1973, page 69): W = 35. With continuity correction z = 9.5 / sqrt(200 / 3).
    const x = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const y = [1.15, 0.88, 0.9, 0.74, 1.21];
    const { u, p } = mannWhitneyGreater(x, y);
    expect(u).toBe(35);
    expect(p).toBeCloseTo(upperTail(9.5 / Math.sqrt(200 / 3)), 12);
    // The same without it: wilcox.test(x, y, alternative = "greater", exact = FALSE, correct = FALSE): p-value = 0.1103
    expect(upperTail(10 / Math.sqrt(200 / 3))).toBeCloseTo(0.1103, 4);
  });

  it('knows the tail of the normal distribution', () => {
    // pnorm(z, lower.tail = FALSE)
    for (const [z, p] of [
      [0, 0.5],
      [1, 0.1586553],
      [1.644854, 0.05],
      [2.326348, 0.01],
      [3, 0.001349898],
      [-1.959964, 0.975],
    ] as const) {
      expect(upperTail(z)).toBeCloseTo(p, 6);
    }
    expect(upperTail(6) / 9.865876e-10).toBeCloseTo(1, 5);
  });

  it('finds nothing in what is all the same, or not there', () => {
    expect(mannWhitneyGreater([3, 3, 3], [3, 3]).p).toBe(1);
    expect(mannWhitneyGreater([], [1]).p).toBe(1);
  });
});

const values = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 });

describe('for any samples', () => {
  it('U counts the pairs in which the first is higher, ties as a half', () => {
    fc.assert(
      fc.property(values, values, (x, y) => {
        const pairs = x.flatMap((a) => y.map((b): number => (a > b ? 1 : a === b ? 0.5 : 0)));
        const count = pairs.reduce((sum, one) => sum + one, 0);
        expect(mannWhitneyGreater(x, y).u).toBeCloseTo(count, 9);
      }),
    );
  });

  it('the two sides add up, and only the order of values counts', () => {
    fc.assert(
      fc.property(values, values, (x, y) => {
        const [there, back] = [mannWhitneyGreater(x, y), mannWhitneyGreater(y, x)];
        expect(there.u + back.u).toBeCloseTo(x.length * y.length, 9);
        const stretch = (list: readonly number[]): number[] => list.map((one) => Math.exp(one / 3) - 100);
        expect(mannWhitneyGreater(stretch(x), stretch(y)).p).toBeCloseTo(there.p, 12);
        expect(there.p).toBeGreaterThanOrEqual(0);
        expect(there.p).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('higher values never look more like chance', () => {
    fc.assert(
      fc.property(values, values, fc.integer({ min: 1, max: 5 }), (x, y, more) => {
        const { p } = mannWhitneyGreater(x, y);
        const all = [...x, ...y];
        // Where nothing differs there is no test.
        fc.pre(new Set(all).size > 1);
        const far = x.map((one) => one + more + 100);
        expect(mannWhitneyGreater(far, y).p).toBeLessThanOrEqual(p + 1e-12);
      }),
    );
  });
});
