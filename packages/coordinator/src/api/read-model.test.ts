import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { expect, test } from 'vitest';
import { currentRollout, othersUnderWay } from './read-model.js';

const made = (id: string, phase: Rollout['phase']): Rollout => ({ id, phase }) as unknown as Rollout;

test('the newest that is under way is shown, and every other one that is stands beside it', () => {
  const all = [made('r4', 'succeeded'), made('r3', 'baking'), made('r2', 'stuck'), made('r1', 'switching')];
  expect(currentRollout(all)?.id).toBe('r3');
  expect(othersUnderWay(all).map(({ id }) => id)).toEqual(['r1']);
});

test('none is under way: the last one, and nothing beside it', () => {
  const ended = [made('r2', 'succeeded'), made('r1', 'aborted')];
  expect(currentRollout(ended)?.id).toBe('r2');
  expect(othersUnderWay(ended)).toEqual([]);
});
