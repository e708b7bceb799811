import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANY_ERROR, groupErrors, isAtLeast, normalized } from './agent-error.js';
import type { OutriderEvent } from './event.js';

let ids = 0;
const error = (agent: string, message: string, more: Record<string, unknown> = {}, at = 0): OutriderEvent => ({
  ...{ id: String((ids += 1)), at: new Date(at).toISOString(), type: 'error.reported', environment: 'local' },
  ...{ app: 'crew', agent, host: 'pc2', instance: 0 },
  data: { error_type: 'timeout', severity: 'error', message, context: { at }, ...more },
});

describe('a message without what varies', () => {
  test.each([
    ['no answer after 12.5 s', 'no answer after 3 s'],
    ['task 8f14e45fceea167a failed', 'task c9f0f895fb98ab91 failed'],
    ['id 6ba7b810-9dad-11d1-80b4-00c04fd430c8  gone', 'id 6ba7b811-9dad-11d1-80b4-00c04fd430c9 gone'],
    ['segfault at 0xdeadbeef', 'segfault at 0x1'],
  ])('%s = %s', (one, other) => expect(normalized(one)).toBe(normalized(other)));

  test('keeps words apart', () => expect(normalized('disk full')).not.toBe(normalized('defaced memory')));

  test('is the same again', () => {
    fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => normalized(normalized(text)) === normalized(text)));
  });
});

describe('groups', () => {
  test('are one per agent, type and message, with the worst severity, the first and the last', () => {
    const { groups } = groupErrors([
      error('memory', 'no answer after 1 s', {}, 1_000),
      error('memory', 'no answer after 2 s', { severity: 'critical' }, 3_000),
      error('memory', 'no answer after 9 s', {}, 2_000),
      error('vision', 'no answer after 1 s', {}, 4_000),
    ]);
    expect(groups).toMatchObject([
      { agent: 'vision', count: 1 },
      {
        ...{ agent: 'memory', count: 3, severity: 'critical', message: 'no answer after 2 s' },
        ...{ first: '1970-01-01T00:00:01.000Z', last: '1970-01-01T00:00:03.000Z', context: { at: 3_000 } },
      },
    ]);
  });

  test('leave out what is milder than asked, and say what was not kept', () => {
    const milder = error('memory', 'so so', { severity: 'warning' });
    const { id: _id, data: _data, ...rest } = milder;
    const untold: OutriderEvent = { ...rest, id: 'x', data: { untold: 7 } };
    const found = groupErrors([milder, untold, { ...untold, id: 'y' }], { ...ANY_ERROR, severity: 'error' });
    expect(found).toEqual({ groups: [], dropped: [{ host: 'pc2', app: 'crew', agent: 'memory', count: 14 }] });
  });

  test('lose none and count none twice, in whatever order they come', () => {
    const some = fc.array(
      fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('one', 'two 2'), fc.nat(9_000), fc.nat(3)),
    );
    fc.assert(
      fc.property(some, (list) => {
        const events = list.map(([agent, message, at, untold]) => error(agent, message, { untold }, at));
        const forward = groupErrors(events);
        const backward = groupErrors([...events, ...events].reverse());
        expect(forward.groups.reduce((sum, { count }) => sum + count, 0)).toBe(events.length);
        const shape = ({ groups }: typeof forward): unknown =>
          groups.map(({ id, count, first, last }) => [id, count, first, last]);
        expect(shape(backward)).toEqual(shape(forward));
      }),
    );
  });
});

test('severities are ordered', () => {
  expect(isAtLeast('critical', 'error')).toBe(true);
  expect(isAtLeast('info', 'warning')).toBe(false);
});
