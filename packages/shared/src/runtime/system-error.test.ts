import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { meaningOfSystemError, sentenceOfSystemError } from './system-error.js';

const caught = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};
const made = (code: string, more: object = {}): Error =>
  Object.assign(new Error(`${code}: whatever`), { code, ...more });

test('says what was tried, where, what it means and what to do', () => {
  expect(sentenceOfSystemError(made('ENOSPC', { syscall: 'write', path: '/run/x' }))).toBe(
    'Cannot write /run/x: no space is left there (ENOSPC). Make room, or choose another place in the settings.',
  );
  expect(sentenceOfSystemError(made('EMFILE'))).toMatch(
    /^This process is out of file descriptors \(EMFILE\)\. .*ulimit/,
  );
  expect(meaningOfSystemError(made('EROFS'))).toMatch(/^the file system is read-only/);
});

test('leaves what is a bug, and what is no error, alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'outrider-error-'));
  const missing = caught(() => openSync(join(folder, 'not', 'there'), 'r'));
  rmSync(folder, { recursive: true });
  for (const error of [missing, new TypeError('x'), made('toString'), 'EMFILE', undefined]) {
    expect(sentenceOfSystemError(error)).toBeUndefined();
  }
});
