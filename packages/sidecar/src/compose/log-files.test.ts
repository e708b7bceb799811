import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogFiles, logFolder } from './log-files.js';

let folder: string;
let warnings: string[];
beforeEach(() => {
  folder = logFolder(mkdtempSync(join(tmpdir(), 'outrider-log-files-')));
  mkdirSync(folder);
  warnings = [];
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const files = () => createLogFiles(folder, { last: () => [], size: () => 0 }, (text) => warnings.push(text));
const write = (...names: string[]): void => names.forEach((name) => writeFileSync(join(folder, name), name));
/** Name and what was its name, of all but notes. */
const found = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );

test('logs: archives go with their log when a candidate takes the place of another', () => {
  write('web.0.log', 'web.0.log.1.gz', 'web.0.log.2', 'web.0.previous.log', 'web.0.previous.log.1.gz');
  write('web.0.candidate.log', 'web.0.candidate.log.1.gz', 'web.0.log.notes', 'web.01.log.1.gz');
  files().promote('app', 'web', 0);
  expect(found()).toEqual({
    'web.0.log': 'web.0.candidate.log',
    'web.0.log.1.gz': 'web.0.candidate.log.1.gz',
    'web.0.previous.log': 'web.0.log',
    'web.0.previous.log.1.gz': 'web.0.log.1.gz',
    'web.0.previous.log.2': 'web.0.log.2',
    'web.0.log.notes': 'web.0.log.notes',
    'web.01.log.1.gz': 'web.01.log.1.gz',
  });
  files().promote('app', 'web', 0);
  expect(found()['web.0.log']).toBe('web.0.candidate.log');
  expect(warnings).toEqual([]);
});

test('logs: of two apps that have an agent of one name, each has its own', async () => {
  const { path } = files();
  expect(path('first', 'web', 0, 'active')).toBe(join(folder, 'web.0.log'));
  expect(path('second', 'web', 0, 'active')).toBe(join(folder, 'second.web.0.log'));
  // Written once for all that come at once.
  await Promise.resolve();
  expect(files().path('second', 'web', 0, 'candidate')).toBe(join(folder, 'second.web.0.candidate.log'));
});
