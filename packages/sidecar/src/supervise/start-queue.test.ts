import { ManualClock } from '@outrider/shared/testing/manual-clock.js';
import { expect, test } from 'vitest';
import { StartQueue } from './start-queue.js';

function queue(most: number): {
  clock: ManualClock;
  starts: StartQueue;
  launched: string[];
  ask: (id: string, level?: number, ahead?: boolean) => void;
} {
  const clock = new ManualClock();
  const starts = new StartQueue(clock, most);
  const launched: string[] = [];
  return {
    ...{ clock, starts, launched },
    ask: (id, level = 0, ahead = false) => starts.ask(id, level, () => launched.push(id), ahead),
  };
}

test('only so many are on their way at once; one that is ready makes room', () => {
  const { starts, launched, ask } = queue(2);
  ['a', 'b', 'c', 'd'].forEach((id) => ask(id));
  expect(launched).toEqual(['a', 'b']);
  starts.done('b');
  expect(launched).toEqual(['a', 'b', 'c']);
});

test('those that others depend on go first, otherwise who asked first', () => {
  const { starts, launched, ask } = queue(1);
  ask('first', 2);
  ask('c', 2);
  ask('a', 0);
  ask('d', 2);
  ask('b', 1);
  for (const id of ['first', 'a', 'b', 'c']) starts.done(id);
  expect(launched).toEqual(['first', 'a', 'b', 'c', 'd']);
});

test('a slow one is waited for five seconds and no longer', async () => {
  const { clock, launched, ask } = queue(1);
  ask('slow');
  ask('next');
  await clock.advance(4_999);
  expect(launched).toEqual(['slow']);
  await clock.advance(1);
  expect(launched).toEqual(['slow', 'next']);
});

test('one that is not to be started any more is forgotten', () => {
  const { starts, launched, ask } = queue(1);
  ask('a');
  ask('b');
  ask('c');
  starts.done('b');
  starts.done('a');
  starts.done('nobody');
  expect(launched).toEqual(['a', 'c']);
});

test('what a person asks for waits for nobody, and counts as one that is on its way', () => {
  const { starts, launched, ask } = queue(1);
  ['a', 'b', 'c'].forEach((id) => ask(id));
  ask('at once', 9, true);
  starts.hurry('c');
  starts.hurry('nobody');
  expect(launched).toEqual(['a', 'at once', 'c']);
  starts.done('a');
  starts.done('c');
  expect(launched).toHaveLength(3);
  starts.done('at once');
  expect(launched).toEqual(['a', 'at once', 'c', 'b']);
});
