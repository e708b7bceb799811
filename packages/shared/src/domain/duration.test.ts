import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration, parseSpan } from './duration.js';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['1.5s', 1_500],
    ['0', 0],
    ['0s', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', '-5s', '5 s', 's', '1d', '1e3s', '5S', `${'9'.repeat(40)}h`, '1s'.repeat(60)])(
    'refuses "%s"',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it('takes no number without a unit, but for zero', () => {
    expect(parseDuration(30)).toBeUndefined();
    expect(parseDuration(0)).toBe(0);
  });

  it('reads what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });

  it.each([
    [0, '0s'],
    [999, '999ms'],
    [90_000, '1m30s'],
    [5_400_000, '1h30m'],
    [1_500, '1.5s'],
  ])('writes %d as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

it.each([
  ['30d', 30 * 24 * 3_600_000],
  ['12h', 12 * 3_600_000],
  ['1.5d', undefined],
  ['1d12h', undefined],
  ['12345d', undefined],
])('looks into the past: %s', (text, ms) => {
  expect(parseSpan(text)).toBe(ms);
});
