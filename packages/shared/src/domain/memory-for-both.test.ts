import { expect, test } from 'vitest';
import type { PlannedAction } from './rollout.js';
import { memoryForBoth, newcomersOf } from './memory-for-both.js';

const MB = 1024 * 1024;
const host = { memoryAvailableBytes: 1_000 * MB, memoryTotalBytes: 2_000 * MB };

test('what is new has to fit into what is free, a twentieth of all kept for the machine', () => {
  const fits = memoryForBoth([{ agent: 'a', instances: 3, measuredBytes: 300 * MB }], host);
  expect(fits).toEqual({ fits: true, neededBytes: 900 * MB, usableBytes: 900 * MB, unknown: [] });
  const tight = memoryForBoth([{ agent: 'a', instances: 3, measuredBytes: 300 * MB + 1 }], host);
  expect(tight).toMatchObject({ fits: false, neededBytes: 900 * MB + 3 });
});

test.each([
  [{ reservedBytes: 5 }, 5],
  [{ measuredBytes: 7 }, 7],
  [{ reservedBytes: 5, measuredBytes: 7 }, 7],
  [{ reservedBytes: 9, measuredBytes: 7 }, 9],
  [{ limitBytes: 8 }, 8],
  [{ measuredBytes: 7, limitBytes: 8 }, 7],
  [{ measuredBytes: 9, limitBytes: 8 }, 8],
])('of %j it needs %i', (known, each) => {
  expect(memoryForBoth([{ agent: 'a', instances: 2, ...known }], host).neededBytes).toBe(2 * each);
});

test('what is not known is named and holds up nothing', () => {
  const newcomers = [
    { agent: 'a', instances: 1 },
    { agent: 'b', instances: 0 },
    { agent: 'c', instances: 1, limitBytes: 5 },
  ];
  expect(memoryForBoth(newcomers, host)).toMatchObject({ fits: true, neededBytes: 5, unknown: ['a'] });
  expect(memoryForBoth(newcomers, {})).toEqual({ fits: true, neededBytes: 5, usableBytes: 0, unknown: ['a', ''] });
  expect(memoryForBoth([{ agent: 'c', instances: 1, limitBytes: 5 }], { memoryAvailableBytes: 0 }).fits).toBe(false);
});

test('what is new takes room, what is kept or can not overlap takes none', () => {
  const agent = (name: string, given: object = {}) => ({
    ...{ name, order: 'stop-first' as const, sockets: [], healthchecks: [] },
    ...given,
  });
  const act = (name: string, action: PlannedAction['action'], instance = 0): PlannedAction => ({
    ...{ agent: name, instance, action, order: 0, why: '' },
  });
  const after = [
    agent('pair', { resources: { memoryBytes: 90 } }),
    agent('kept'),
    agent('added', { exclusive: true, resources: { memoryBytes: 5 } }),
    agent('alone', { exclusive: true }),
  ];
  const actions = [
    ...[act('pair', 'replace'), act('pair', 'add', 1), act('kept', 'keep'), act('added', 'add')],
    ...[act('alone', 'replace'), act('gone', 'remove')],
  ];
  const running = [
    { agent: 'pair', memoryBytes: 70 },
    { agent: 'pair', memoryBytes: 80 },
    { agent: 'kept', memoryBytes: 1_000 },
    { agent: 'pair' },
  ];
  expect(newcomersOf(actions, after, running)).toEqual([
    { agent: 'pair', instances: 2, measuredBytes: 80, limitBytes: 90 },
    { agent: 'added', instances: 1, limitBytes: 5 },
  ]);
});
