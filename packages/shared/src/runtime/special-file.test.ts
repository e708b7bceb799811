import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isFile, removeFile, statOfDescriptor, statOfEntry, statOfFile } from './special-file.js';

let folder: string;
let server: Server;
const socket = (): string => join(folder, 'socket');
const pipe = (): string => join(folder, 'pipe');

beforeEach(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'special-file-'));
  mkdirSync(join(folder, 'real'));
  symlinkSync(join(folder, 'real'), join(folder, 'link'));
  for (const name of ['one', 'two']) writeFileSync(join(folder, 'real', `${name}.cjs`), '');
  execFileSync('mkfifo', [pipe()]);
  server = createServer();
  await new Promise<void>((resolve) => server.listen(socket(), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

/** Where the loader looks for a file behind a symbolic link right after `act`, all folders on the way being known to it. */
function loadedAfter(act: () => void): string {
  const { resolve } = createRequire(join(folder, 'x.cjs'));
  resolve(join(folder, 'link/one.cjs'));
  act();
  return resolve(join(folder, 'link/two.cjs'));
}

test.each<[string, () => unknown]>([
  ['the file of a socket is looked at', () => statOfFile(socket())],
  ['the entry of a socket is looked at', () => statOfEntry(socket())],
  ['it is asked whether a pipe is a file', () => isFile(pipe())],
  ['the socket of a descriptor is looked at', () => withOpen(pipe(), statOfDescriptor)],
  ['a socket is removed', () => removeFile(socket())],
])('after %s, modules are loaded from where they are', (_, act) => {
  expect(loadedAfter(act)).toBe(join(folder, 'real/two.cjs'));
});

test('what is there is told, and what is not', () => {
  expect(statOfEntry(socket())?.isSocket()).toBe(true);
  expect(statOfEntry(join(folder, 'link'))?.isSymbolicLink()).toBe(true);
  expect(statOfFile(join(folder, 'link'))?.isDirectory()).toBe(true);
  expect([isFile(socket()), isFile(join(folder, 'link/one.cjs')), isFile(join(folder, 'none'))]).toEqual([
    false,
    true,
    false,
  ]);
  expect([statOfEntry(join(folder, 'none')), statOfFile(join(folder, 'none'))]).toEqual([undefined, undefined]);
  removeFile(socket());
  removeFile(socket());
  expect(statOfEntry(socket())).toBeUndefined();
  expect(() => removeFile(join(folder, 'real'))).toThrow(/EISDIR|EPERM/);
});

function withOpen(path: string, act: (fd: number) => unknown): void {
  const fd = openSync(path, 'r+');
  act(fd);
  closeSync(fd);
}
