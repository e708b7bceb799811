import { tmpdir, totalmem } from 'node:os';
import { expect, test } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { startHostFigures } from './host-figures.js';

test('this machine uses some of its processors, its memory and its disk', async () => {
  const figures = await startHostFigures(tmpdir());
  try {
    const { memoryPercent, diskPercent, cpuPercent, memoryAvailableBytes, memoryTotalBytes } = await eventually(() => {
      const seen = figures.system();
      return seen.memoryPercent > 0 ? seen : null;
    });
    expect(memoryPercent).toBeLessThan(100);
    expect(memoryTotalBytes).toBe(totalmem());
    expect(100 * (1 - memoryAvailableBytes! / memoryTotalBytes!)).toBeCloseTo(memoryPercent, 0);
    expect(diskPercent).toBeGreaterThan(0);
    // The first look is at all the time since boot.
    expect(cpuPercent).toBeGreaterThan(0);
    expect(cpuPercent).toBeLessThan(100);
  } finally {
    figures.stop();
  }
});
