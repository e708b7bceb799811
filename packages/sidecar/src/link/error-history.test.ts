import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { expect, test } from 'vitest';
import { ErrorHistory } from './error-history.js';

const error = (id: number, message: string): OutriderEvent => ({
  ...{ id: String(id), at: '', type: 'error.reported', environment: 'local', app: 'crew', agent: 'loud' },
  data: { error_type: 'trouble', severity: 'error', message },
});

test('of one agent that finds new words each time the fleet hears a few, of the others all the same', () => {
  const published: string[] = [];
  let now = 0;
  const link = { report: () => undefined, publish: ({ agent = '' }: OutriderEvent) => void published.push(agent) };
  const history = new ErrorHistory(link, () => now);
  const words = Array.from({ length: 300 }, (_none, index) => 'ab'.repeat(index + 1));
  for (const word of words) history.add(error(0, `user ${word}`));
  history.add({ ...error(1, 'disk full'), agent: 'quiet' });
  expect(published).toEqual([...Array<string>(10).fill('loud'), 'quiet']);
  now = 60_000;
  history.add(error(2, 'user zz'));
  expect(published).toHaveLength(12);
});

test('each error is reported; the fleet hears of each kind once a minute', () => {
  const [reported, published]: [string[], string[]] = [[], []];
  let now = 0;
  const link = {
    report: ({ id }: OutriderEvent) => void reported.push(id),
    publish: ({ id }: OutriderEvent) => void published.push(id),
  };
  const history = new ErrorHistory(link, () => now);
  for (const id of [0, 1, 2]) history.add(error(id, `task ${id} failed`));
  history.add(error(3, 'disk full'));
  now = 60_000;
  history.add(error(4, 'task 9 failed'));
  expect(reported).toEqual(['0', '1', '2', '3', '4']);
  expect(published).toEqual(['0', '3', '4']);
});
