import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crossing, lineThrough, type Sample } from './trend.js';

const MINUTE = 60_000;
const series = (values: readonly number[], everyMs = MINUTE): Sample[] =>
  values.map((value, index) => ({ at: 1_000 + index * everyMs, value }));
const straight = (from: number, step: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index * step);

describe('the line', () => {
  test('is that of a straight series, whatever its slope, start and rhythm', () => {
    const slope = fc.integer({ min: -1_000, max: 1_000 });
    fc.assert(
      fc.property(
        slope,
        fc.integer({ min: 10, max: 300 }),
        fc.integer({ min: 1, max: 600_000 }),
        (step, count, every) => {
          const line = lineThrough(series(straight(50, step, count), every));
          expect(line?.slope).toBeCloseTo(step / every, 9);
          expect(line?.now).toBeCloseTo(50 + step * (count - 1), 3);
          expect(line?.agreement).toBe(Math.sign(step));
        },
      ),
    );
  });

  test('is not turned by a few wild samples, however wild', () => {
    const wild = fc.tuple(fc.nat(39), fc.double({ min: -1e9, max: 1e9, noNaN: true }));
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 8 }), (outliers) => {
        const values = straight(100, 5, 40);
        for (const [index, value] of outliers) values[index] = value;
        const slope = (lineThrough(series(values))?.slope ?? 0) * MINUTE;
        expect(slope).toBeGreaterThanOrEqual(5 - 1e-6);
        expect(slope).toBeLessThanOrEqual(5 + 1e-6);
      }),
    );
  });

  test('scales with the values and does not care when it was', () => {
    const some = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 10, maxLength: 60 });
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 50 }), fc.nat(1e9), (values, factor, later) => {
        const line = lineThrough(series(values));
        const moved = series(values.map((value) => value * factor)).map(({ at, value }) => ({ at: at + later, value }));
        expect(lineThrough(moved)?.slope).toBeCloseTo((line?.slope ?? 0) * factor, 6);
      }),
    );
  });
});

describe('a crossing', () => {
  test('is told in hours', () => {
    // 100 MB more an hour, seen for an hour: 500 of 800.
    const found = crossing(series(straight(400, 100 / 60, 61)), 800);
    expect(found?.hours).toBeCloseTo(3, 6);
    expect(found?.perHour).toBeCloseTo(100, 6);
    expect(found?.now).toBeCloseTo(500, 6);
  });

  test.each([
    ['falls', straight(400, -1, 60)],
    ['stands still', straight(400, 0, 60)],
    ['goes up and down', straight(400, 0, 60).map((value, index) => value + (index % 2) * 100)],
    ['would take days', straight(400, 0.01, 60)],
    ['is too short', straight(400, 50, 9)],
    ['made one step', [...straight(300, 0, 30), ...straight(500, 0, 30)]],
  ])('is none where it %s', (_what, values) => expect(crossing(series(values), 800)).toBeUndefined());

  test('is never told for longer ahead than eight times what was seen, nor before now', () => {
    const some = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 0, maxLength: 100 });
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 10_000 }), (values, limit) => {
        const found = crossing(series(values), limit);
        if (found === undefined) return;
        expect(found.hours).toBeGreaterThanOrEqual(0);
        expect(found.hours).toBeLessThanOrEqual(((values.length - 1) / 60) * 8 + 1e-9);
        expect(found.perHour).toBeGreaterThan(0);
      }),
    );
  });
});
