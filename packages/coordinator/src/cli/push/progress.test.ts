import { expect, test } from 'vitest';
import { Progress } from './progress.js';

function progress(isTTY: boolean): { readonly progress: Progress; readonly said: string[]; at: (ms: number) => void } {
  const said: string[] = [];
  let now = 0;
  return {
    progress: new Progress({ isTTY, write: (text) => said.push(text), now: () => now }),
    said,
    at: (ms) => (now = ms),
  };
}

const MIB = 1024 * 1024;

test('a terminal has one line, with rate and time left, gone at the end', () => {
  const { progress: one, said, at } = progress(true);
  one.begin('Hashing', 100 * MIB);
  for (let second = 1; second <= 4; second += 1) {
    at(second * 1_000);
    one.add(10 * MIB);
  }
  expect(said.at(-1)).toBe('\r\u001b[KHashing 40 MiB of 100 MiB, 10 MiB/s, 6s left');
  one.begin('Sending', 50 * MIB);
  at(4_200);
  one.add(MIB);
  expect(said.at(-1)).toBe('\r\u001b[KSending 1 MiB of 50 MiB');
  one.end();
  expect(said.at(-1)).toBe('\r\u001b[K');
});

test('a pipe has plain lines, some seconds apart', () => {
  const { progress: one, said, at } = progress(false);
  one.begin('Sending', 100 * MIB);
  for (let ms = 125; ms <= 11_000; ms += 125) {
    at(ms);
    one.add(MIB / 8);
  }
  one.end();
  expect(said).toEqual([
    'Sending 5 MiB of 100 MiB, 1 MiB/s, 1m35s left\n',
    'Sending 10 MiB of 100 MiB, 1 MiB/s, 1m30s left\n',
  ]);
});

test('what stands still has no end', () => {
  const { progress: one, said, at } = progress(true);
  one.begin('Sending', 100);
  at(1_000);
  one.add(10);
  at(9_000);
  one.add(0);
  at(17_000);
  one.add(0);
  expect(said.at(-1)).toBe('\r\u001b[KSending 10 bytes of 100 bytes, 0 bytes/s');
});
