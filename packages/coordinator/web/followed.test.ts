import { expect, test } from 'vitest';
import { rolloutsOf, shownRollout } from './followed.js';
import type { Rollout } from './messages.js';

const made = (id: string): Rollout => ({ id }) as unknown as Rollout;

test('the newest, until another one is followed; that one, until it has gone', () => {
  const both = { rollout: made('r13'), others: [made('r12')] };
  expect(rolloutsOf(both).map(({ id }) => id)).toEqual(['r13', 'r12']);
  expect(shownRollout(both, undefined)?.id).toBe('r13');
  expect(shownRollout(both, 'r12')?.id).toBe('r12');
  expect(shownRollout({ rollout: made('r13'), others: [] }, 'r12')?.id).toBe('r13');
});

test('there was none yet', () => {
  expect(rolloutsOf({ rollout: null, others: [] })).toEqual([]);
  expect(shownRollout({ rollout: null, others: [] }, undefined)).toBeNull();
});
