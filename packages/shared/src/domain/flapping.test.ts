import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAMPING, type Flapping, isFlapping, lostOnce, penaltyAt, STEADY, steadyAt } from './flapping.js';

const gaps = fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 60 });

function after(times: readonly number[]): { readonly flapping: Flapping; readonly now: number } {
  let flapping = STEADY;
  let now = 1_000;
  for (const gap of times) {
    now += gap;
    flapping = lostOnce(flapping, now);
  }
  return { flapping, now };
}

describe('one that comes and goes', () => {
  it('flaps from the third loss in half a minute on, and not after two', () => {
    expect(isFlapping(after([0, 1_000]).flapping, 2_000)).toBe(false);
    const { flapping, now } = after([0, 10_000, 10_000]);
    expect(isFlapping(flapping, now)).toBe(true);
  });

  it('does not flap by losses that are far apart, however many', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 60_000, max: 600_000 }), { minLength: 1, maxLength: 100 }), (times) => {
        const { flapping, now } = after(times);
        expect(isFlapping(flapping, now)).toBe(false);
      }),
    );
  });

  it('is steady again in bounded time after its last loss, whatever was before', () => {
    const longest = DAMPING.halfLifeMs * Math.log2(DAMPING.ceiling / DAMPING.reuse);
    fc.assert(
      fc.property(gaps, (times) => {
        const { flapping, now } = after(times);
        expect(steadyAt(flapping) - now).toBeLessThanOrEqual(longest);
        expect(isFlapping(flapping, now + longest + 1)).toBe(false);
      }),
    );
  });

  it('turns once: what flaps stays so until it is steady, and then stays steady', () => {
    fc.assert(
      fc.property(gaps, fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 20 }), (times, looks) => {
        const { flapping, now } = after(times);
        const seen = looks
          .reduce<number[]>((all, step) => [...all, (all.at(-1) ?? now) + step], [])
          .map((at) => isFlapping(flapping, at));
        expect(seen.lastIndexOf(true)).toBe(seen.filter(Boolean).length - 1);
      }),
    );
  });

  it('is damped no less for one loss more, and its penalty stays between nothing and the ceiling', () => {
    fc.assert(
      fc.property(gaps, (times) => {
        const { flapping, now } = after(times);
        const more = lostOnce(flapping, now);
        expect(steadyAt(more)).toBeGreaterThanOrEqual(steadyAt(flapping));
        expect(penaltyAt(more, now, DAMPING)).toBeGreaterThanOrEqual(DAMPING.perLoss - 1e-6);
        expect(penaltyAt(more, now, DAMPING)).toBeLessThanOrEqual(DAMPING.ceiling);
      }),
    );
  });

  it('gains nothing from a clock that goes back', () => {
    const { flapping, now } = after([0, 0, 0]);
    expect(isFlapping(flapping, now - 50_000)).toBe(true);
    expect(penaltyAt(lostOnce(flapping, now - 50_000), now, DAMPING)).toBe(DAMPING.ceiling);
  });
});
