import { expect, test } from 'vitest';
import { pastOf } from './past.js';
import { Timeline } from './timeline.js';

const now = (values: Readonly<Record<string, number | null>>) => () => new Map(Object.entries(values));

test('a point every five seconds, whatever is told, and an hour of them', () => {
  const line = new Timeline();
  for (let ms = 0; ms <= 2 * 3_600_000; ms += 1_000) line.add(ms, now({ cpu: ms / 1000 }));
  expect(line.at).toHaveLength(721);
  expect([line.at[0], line.at.at(-1)]).toEqual([3_600, 7_200]);
  expect(line.column('cpu')).toEqual(line.at);
});

test('what was before the page comes before its own points, and what is told twice is there once', () => {
  const line = new Timeline();
  line.add(100_000, now({ cpu: 1, memory: 5 }));
  line.add(120_000, now({ cpu: 2, memory: 6 }));
  line.fill({ at: [70, 85, 100], columns: new Map([['cpu', [7, null, 9]]]) });
  expect(line.at).toEqual([70, 85, 100, 120]);
  expect(line.column('cpu')).toEqual([7, null, 9, 2]);
  expect(line.column('memory')).toEqual([null, null, null, 6]);
  expect(line.column('nobody')).toEqual([null, null, null, null]);
  line.add(125_000, now({ cpu: 3, disk: 8 }));
  expect(line.at.at(-1)).toBe(125);
  expect(line.column('disk')).toEqual([null, null, null, null, 8]);
});

test('nothing before it changes nothing; a clock that is set back begins anew; who is gone leaves no column', () => {
  const line = new Timeline();
  line.add(100_000, now({ cpu: 1 }));
  line.fill({ at: [], columns: new Map() });
  expect(line.column('cpu')).toEqual([1]);
  line.add(99_000, now({ cpu: 2 }));
  expect([line.at, line.column('cpu')]).toEqual([[100], [1]]);
  line.add(50_000, now({ memory: 2 }));
  expect([line.at, line.column('memory'), line.column('cpu')]).toEqual([[50], [2], [null]]);
});

test('the answer of a coordinator with another clock is laid on ours', () => {
  const column = [1, null];
  const past = pastOf(
    {
      ...{ until: 500_000, at: [470_000, 485_000], fleet: { ready: [130, 0], total: [131, 0], health: [0.5, 0] } },
      hosts: [{ host: 'pc2', cpu_percent: column, memory_percent: [40, 41] }],
      agents: [
        { host: 'pc2', app: 'a', agent: 'vision', instance: 0, cpu_percent: column, memory_bytes: [2 ** 20, null] },
      ],
    },
    1_000_000,
  );
  expect(past.at).toEqual([970, 985]);
  expect(Object.fromEntries(past.columns)).toEqual({
    ready: [(130 / 131) * 100, null],
    health: [50, null],
    ...{ 'cpu pc2': column, 'memory pc2': [40, 41] },
    ...{ 'cpu pc2/a/vision.0': column, 'memory pc2/a/vision.0': [1, null] },
  });
});
