import { getHeapSpaceStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { giveBackMemory, keepHeapSmall } from './small-heap.js';

const newSpaceBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;

/** Objects of which some live on for a while, as while modules are loaded: this is what makes the space grow. */
function churn(): number {
  const kept: object[] = [];
  for (let index = 0; index < 2_000_000; index += 1) kept[index % 50_000] = { index, text: `object ${index}` };
  return kept.length;
}

test('the space for new objects grows no more', () => {
  keepHeapSmall();
  const before = newSpaceBytes();
  expect(churn()).toBe(50_000);
  expect(newSpaceBytes()).toBeLessThanOrEqual(before);
});

test('what nobody needs any more is collected at once', () => {
  const used = (): number => process.memoryUsage().heapUsed;
  const before = used();
  let kept = Array.from({ length: 500_000 }, (_, index) => ({ index, text: `object ${index}` }));
  const full = used();
  expect(kept).toHaveLength(500_000);
  kept = [];
  giveBackMemory();
  expect(used() - before).toBeLessThan((full - before) / 2);
});
