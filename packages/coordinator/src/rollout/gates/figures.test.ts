import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, shownNumber, slope } from './figures.js';

const line = (...values: number[]) => values.map((value, at) => ({ at, value }));

describe('slope', () => {
  it('is that of a line, whatever one wild value says', () => {
    expect(slope(line(1, 3, 5, 7, 9))).toBe(2);
    expect(slope(line(1, 3, 500, 7, 9, 11, 13))).toBeCloseTo(2, 9);
    expect(slope(line(5, 100, 100, 100, 100, 100, 100))).toBe(0);
    expect(slope(line(5))).toBeUndefined();
    expect(
      slope([
        { at: 1, value: 1 },
        { at: 1, value: 2 },
      ]),
    ).toBeUndefined();
  });

  it('grows with whatever is added to it, and does not care where the values begin', () => {
    const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 2, maxLength: 80 });
    fc.assert(
      fc.property(values, fc.integer({ min: -50, max: 50 }), (list, add) => {
        const before = slope(line(...list)) ?? 0;
        expect(slope(line(...list.map((one, at) => one + add * at + 7)))).toBeCloseTo(before + add, 6);
      }),
    );
  });
});

describe('median', () => {
  it('is in the middle', () => {
    expect(median([])).toBeUndefined();
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

describe('shownNumber', () => {
  it.each([
    [0, '0'],
    [0.12345, '0.123'],
    [12.345, '12.3'],
    [1234.5, '1235'],
    [0.0000123, '0.0000123'],
    [Infinity, 'without end'],
  ])('%d is %s', (value, text) => expect(shownNumber(value)).toBe(text));
});
