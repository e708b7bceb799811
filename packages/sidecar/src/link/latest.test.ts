import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { latest } from './latest.js';
import { merge } from './merge.js';

function source() {
  let value = 0;
  let listener: (() => void) | undefined;
  const ending = new AbortController();
  return {
    ending,
    subscribed: () => listener !== undefined,
    set: (next: number) => {
      value = next;
      listener?.();
    },
    values: latest({
      read: () => value,
      onChange: (given) => {
        listener = given;
        return () => (listener = undefined);
      },
      coalesceMs: 1,
      signal: ending.signal,
    }),
  };
}

describe('the latest value', () => {
  test('comes at once, and after a change', async () => {
    const { values, set, ending } = source();
    expect((await values.next()).value).toBe(0);
    const next = values.next();
    set(1);
    expect((await next).value).toBe(1);
    ending.abort();
    expect((await values.next()).done).toBe(true);
  });

  test('is all that a slow reader gets', async () => {
    const { values, set, ending } = source();
    await values.next();
    for (let value = 1; value <= 100; value += 1) {
      set(value);
      if (value % 10 === 0) await turn();
    }
    expect((await values.next()).value).toBe(100);
    const idle = values.next();
    ending.abort();
    expect((await idle).done).toBe(true);
  });

  test('is no longer listened for once the reader has gone', async () => {
    const { values, subscribed } = source();
    await values.next();
    expect(subscribed()).toBe(true);
    await values.return(undefined);
    expect(subscribed()).toBe(false);
  });
});

describe('merged streams', () => {
  async function* of(...items: string[]) {
    for (const item of items) {
      await turn();
      yield item;
    }
  }

  test('give every item once, each source in its order', async () => {
    const seen: string[] = [];
    for await (const item of merge([of('a1', 'a2', 'a3'), of(), of('b1', 'b2')])) seen.push(item);
    expect(seen.filter((item) => item.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect([...seen].sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
  });

  test('fail when one fails, and end where there are none', async () => {
    async function* broken(): AsyncGenerator<string> {
      await turn();
      throw new Error('the disk is gone');
    }
    await expect(merge([broken()]).next()).rejects.toThrow('the disk is gone');
    expect((await merge([]).next()).done).toBe(true);
  });
});
