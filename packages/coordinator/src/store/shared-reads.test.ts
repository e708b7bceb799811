import { expect, test } from 'vitest';
import { SharedReads } from './shared-reads.js';

/** Reads that end when they are told to; tells which were begun. */
function scene(): {
  readonly reads: SharedReads<string>;
  readonly begun: string[];
  readonly ask: (key: string) => Promise<string>;
  readonly end: (key: string) => void;
  readonly pass: (ms: number) => void;
} {
  let now = 0;
  const begun: string[] = [];
  const ends = new Map<string, (value: string) => void>();
  const reads = new SharedReads<string>(() => now);
  const ask = (key: string): Promise<string> =>
    reads.get(key, () => {
      begun.push(key);
      return new Promise((resolve) => ends.set(key, resolve));
    });
  return { reads, begun, ask, end: (key) => ends.get(key)?.(`of ${key}`), pass: (ms) => void (now += ms) };
}

test('the same read is shared while it is done and for a moment after, then done anew', async () => {
  const { begun, ask, end, pass } = scene();
  const both = [ask('a'), ask('a')];
  await expect.poll(() => begun).toEqual(['a']);
  pass(5_000);
  both.push(ask('a'));
  end('a');
  expect(await Promise.all(both)).toEqual(['of a', 'of a', 'of a']);
  expect(await ask('a')).toBe('of a');
  pass(1_000);
  const anew = ask('a');
  await expect.poll(() => begun).toEqual(['a', 'a']);
  end('a');
  await anew;
});

test('one is done at a time', async () => {
  const { begun, ask, end } = scene();
  const [a, b] = [ask('a'), ask('b')];
  await expect.poll(() => begun).toEqual(['a']);
  end('a');
  await a;
  await expect.poll(() => begun).toEqual(['a', 'b']);
  end('b');
  expect(await b).toBe('of b');
});

test('where too many wait, more are turned away, and one that fails is not remembered', async () => {
  const { reads, ask } = scene();
  const fails = reads.get('x', () => Promise.reject(new Error('away')));
  await expect(fails).rejects.toThrow('away');
  expect(await reads.get('x', async () => 'here')).toBe('here');
  for (let index = 0; index < 8; index += 1) void ask(`k${index}`);
  await expect(ask('one more')).rejects.toMatchObject({ code: 'unavailable' });
});
