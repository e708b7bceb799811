import { copyFileSync, realpathSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bootId, identityOf, isSame, parseStat, readStat } from './process-stat.js';
import { Scratch } from './testing/scratch.js';

let scratch: Scratch;
beforeEach(() => (scratch = new Scratch()));
afterEach(() => scratch.end());

const line = (name: string, state: string, threads: number): string =>
  `4242 (${name}) ${state} 17 4242 40 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 ${threads} 0 987654 1 2 3`;

test('whatever a process calls itself, the fields are found', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 15 }), (name) => {
      expect(parseStat(line(name, 'S', 1))).toEqual({
        pid: 4242,
        parent: 17,
        session: 40,
        startTicks: 987654,
        dead: false,
      });
    }),
  );
  expect(parseStat(line(') R 1 1 1 (', 'S', 1))?.session).toBe(40);
  expect(parseStat('')).toBeUndefined();
  expect(parseStat('nonsense')).toBeUndefined();
});

test('a zombie is dead, a process whose main thread alone has ended is not', () => {
  expect(parseStat(line('x', 'Z', 1))?.dead).toBe(true);
  expect(parseStat(line('x', 'Z', 0))?.dead).toBe(true);
  expect(parseStat(line('x', 'X', 1))?.dead).toBe(true);
  expect(parseStat(line('x', 'Z', 3))?.dead).toBe(false);
  expect(parseStat(line('x', 'D', 1))?.dead).toBe(false);
});

test('reads a real process with spaces and parentheses in its name', () => {
  const program = scratch.path('a) b (c');
  copyFileSync(realpathSync(execFileSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' }).trim()), program);
  const { identity } = scratch.start({ command: [program, '1000'] });
  const stat = readStat(identity.pid);
  expect(stat).toMatchObject({ parent: process.pid, session: identity.pid, dead: false });
  expect(isSame(identity)).toBe(true);
});

test('the same pid is another process with another start or on another boot', () => {
  const own = identityOf(process.pid)!;
  expect(own.bootId).toBe(bootId());
  expect(isSame(own)).toBe(true);
  expect(isSame({ ...own, startTicks: own.startTicks + 1 })).toBe(false);
  expect(isSame({ ...own, bootId: 'another' })).toBe(false);
  expect(identityOf(2 ** 22 + 1)).toBeUndefined();
});

test('a zombie is no longer the same, though its pid is still taken', async () => {
  // The shell starts a child and becomes a program that never asks for its end.
  const { identity } = scratch.start({
    command: ['sh', '-c', 'sleep 1000 & echo $! >child; exec tail -f /dev/null'],
  });
  const child = Number(await eventually(() => nonEmpty(scratch.read('child'))));
  const childIdentity = identityOf(child)!;
  expect(isSame(childIdentity)).toBe(true);
  process.kill(child, 'SIGKILL');
  await eventually(() => expect(isSame(childIdentity)).toBe(false));
  expect(readStat(child)?.dead).toBe(true);
  expect(isSame(identity)).toBe(true);
});

function nonEmpty(text: string): string {
  if (!text.endsWith('\n')) throw new Error('not written yet');
  return text;
}
