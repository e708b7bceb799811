import { getHeapSpaceStatistics } from 'node:v8';
import { expect, test } from 'vitest';
import { keepHeapSmall } from './small-heap.js';

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
