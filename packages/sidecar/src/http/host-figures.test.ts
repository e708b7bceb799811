import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { startHostFigures } from './host-figures.js';

test('this machine uses some of its memory and its disk, and the parts of the library that are loaded say so', async () => {
  const figures = await startHostFigures(tmpdir());
  try {
    const { memoryPercent, diskPercent, cpuPercent } = await eventually(() => {
      const seen = figures.system();
      return seen.memoryPercent > 0 ? seen : null;
    });
    expect(memoryPercent).toBeLessThan(100);
    expect(diskPercent).toBeGreaterThan(0);
    expect(cpuPercent).toBeGreaterThanOrEqual(0);
  } finally {
    figures.stop();
  }
});
