import { expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.js';
import { SteadyClock } from './steady-clock.js';

it('goes on evenly whatever becomes of the wall clock, until it is settled anew', async () => {
  const base = new ManualClock();
  let skew = 0;
  const steady = new SteadyClock({
    now: () => base.now() + skew,
    monotonic: () => base.monotonic(),
    sinceBoot: () => base.sinceBoot(),
    after: (ms, callback) => base.after(ms, callback),
  });
  const begun = steady.now();
  skew = 3_600_000;
  await base.advance(1_000);
  expect(steady.now()).toBe(begun + 1_000);
  skew = -3_600_000;
  expect(steady.now()).toBe(begun + 1_000);
  steady.settle();
  expect(steady.now()).toBe(base.now() - 3_600_000);
});
