import { eventually } from '@outrider/shared/testing/eventually.js';
import { expect, test } from 'vitest';
import { EventLoopLag } from './event-loop-lag.js';

test('what keeps this process from its timers is told once, as long as it took', async () => {
  const lag = new EventLoopLag(() => performance.now());
  try {
    const end = performance.now() + 600;
    while (performance.now() < end);
    const longest = await eventually(() => {
      const seen = lag.take();
      return seen >= 0.3 ? seen : null;
    });
    expect(longest).toBeGreaterThanOrEqual(0.3);
  } finally {
    lag.stop();
  }
});

test('what was told is not told again', async () => {
  let now = 0;
  const lag = new EventLoopLag(() => now);
  try {
    now = 1_250;
    await eventually(() => expect(lag.take()).toBe(1));
    expect(lag.take()).toBe(0);
  } finally {
    lag.stop();
  }
});
