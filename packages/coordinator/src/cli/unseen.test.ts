import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { expect, test } from 'vitest';
import { LINES_AGAIN, Unseen } from './unseen.js';

const START = Date.parse('2026-01-01T12:00:00.000Z');
const event = (id: number): OutriderEvent =>
  ({ id: String(id), at: new Date(START + id * 1000).toISOString(), type: 'host.up' }) as OutriderEvent;
const from = (first: number, last: number): OutriderEvent[] =>
  Array.from({ length: last - first + 1 }, (_, index) => event(first + index));
const shown = (unseen: Unseen, events: readonly OutriderEvent[]): number[] =>
  events.flatMap((one) => unseen.take(one)).map(({ id }) => Number(id));

test('after a gap come those of the gap, and none of before the first lines', () => {
  const unseen = new Unseen(START, true);
  expect(shown(unseen, from(-2, 1))).toEqual([-2, -1, 0, 1]);
  unseen.again(START + 10_000);
  expect(shown(unseen, from(-100, 4))).toEqual([2, 3, 4]);
  expect(shown(unseen, from(11, 12))).toEqual([11, 12]);
  unseen.again(START + 20_000);
  expect(shown(unseen, from(-90, 13))).toEqual([13]);
});

test('a second gap in the middle of what the first one left loses nothing', () => {
  const unseen = new Unseen(START, true);
  shown(unseen, from(0, 1));
  unseen.again(START + 10_000);
  expect(shown(unseen, from(-100, -50))).toEqual([]);
  unseen.again(START + 20_000);
  expect(shown(unseen, from(-100, 3))).toEqual([2, 3]);
});

test('where more came in the gap than is brought, all of that is shown', () => {
  const unseen = new Unseen(START, true);
  shown(unseen, from(0, 1));
  unseen.again(START + 9_000_000);
  const last = 1 + LINES_AGAIN * 2;
  const brought = from(last - LINES_AGAIN + 1, last);
  expect(shown(unseen, brought)).toHaveLength(LINES_AGAIN);
});

test('where the newest one is not kept any more, the next that comes brings what was held', () => {
  const unseen = new Unseen(START, true);
  shown(unseen, from(0, 1));
  unseen.again(START + 10_000);
  expect(shown(unseen, from(5, 6))).toEqual([]);
  expect(shown(unseen, [event(11)])).toEqual([5, 6, 11]);
});

test('nothing was shown yet: what came since the start is new, and where lines of before were asked for all is', () => {
  for (const [wantsPast, expected] of [
    [false, [0, 1]],
    [true, [-2, -1, 0, 1]],
  ] as const) {
    const unseen = new Unseen(START, wantsPast);
    unseen.again(START + 10_000);
    expect(shown(unseen, from(-2, 1))).toEqual(expected);
  }
});
