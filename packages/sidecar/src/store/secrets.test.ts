import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Secrets } from '../supervise/ports.js';
import { agent } from '../supervise/testing/rig.js';
import { createSecrets } from './secrets.js';

let folder: string;
let secrets: Secrets;
let warnings: string[];
beforeEach(() => {
  warnings = [];
  folder = mkdtempSync(join(tmpdir(), 'outrider-secrets-'));
  mkdirSync(join(folder, 'data', 'secrets'), { recursive: true });
  writeFileSync(join(folder, 'data', 'secrets', 'KEY'), 'sk-123\n', { mode: 0o600 });
  secrets = createSecrets({
    ...{ dataDir: join(folder, 'data'), runDir: join(folder, 'run') },
    warn: (sentence) => warnings.push(sentence),
  });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('an agent gets what it declares as files that it alone can read, and as variables', () => {
  const owner = process.getuid?.() === 0 ? { uid: 54321, gid: 54321, hasGroups: false } : undefined;
  const provided = secrets.provide('i1', ['KEY'], owner)!;
  expect(provided).toEqual({ folder: join(folder, 'run', 'secrets', 'i1'), variables: { KEY: 'sk-123' } });
  const file = join(provided.folder, 'KEY');
  expect(readFileSync(file, 'utf8')).toBe('sk-123\n');
  expect(statSync(file).mode & 0o777).toBe(0o400);
  expect(statSync(provided.folder).mode & 0o777).toBe(0o700);
  if (owner !== undefined) expect([statSync(file).uid, statSync(provided.folder).uid]).toEqual([54321, 54321]);
  // Again, as after a start that failed.
  expect(secrets.provide('i1', ['KEY'], owner)).toEqual(provided);
  secrets.remove('i1');
  expect(existsSync(provided.folder)).toBe(false);
});

test('who declares none gets no folder', () => {
  expect(secrets.provide('i1', [], undefined)).toBeUndefined();
  expect(existsSync(join(folder, 'run'))).toBe(false);
});

test('what this host has no value for is a sentence before anything starts, and an error after', () => {
  expect(secrets.problemOf(agent('vision', { secrets: ['KEY'] }))).toBeUndefined();
  expect(secrets.problemOf(agent('vision', { secrets: ['KEY', 'OTHER'] }))).toMatch(
    /^agents\.vision\.secrets names OTHER, of which this host has no value: put it into .*data\/secrets\/OTHER \(mode 0600\)\.$/,
  );
  rmSync(join(folder, 'data', 'secrets', 'KEY'));
  expect(() => secrets.provide('i1', ['KEY'], undefined)).toThrow("KEY can't be read any more");
});

test('what incarnations that are no more have left goes', () => {
  secrets.provide('old', ['KEY'], undefined);
  secrets.provide('new', ['KEY'], undefined);
  secrets.sweep(new Set(['new']));
  expect(readdirSync(join(folder, 'run', 'secrets'))).toEqual(['new']);
});

test('a folder that an agent has closed to itself goes all the same; one that cannot go is told of', () => {
  const provided = secrets.provide('i1', ['KEY'], undefined)!;
  chmodSync(provided.folder, 0o500);
  secrets.remove('i1');
  expect(existsSync(provided.folder)).toBe(false);
  // A mount that is in use, say: here a file where the folder of all of them should be.
  rmSync(join(folder, 'run', 'secrets'), { recursive: true });
  writeFileSync(join(folder, 'run', 'secrets'), '');
  secrets.remove('i1');
  secrets.sweep(new Set());
  expect(warnings).toEqual([expect.stringMatching(/^The secrets of an agent that has ended are left behind: .*\.$/)]);
});

test('a value that no variable can hold is given as a file alone, and shown to nobody', () => {
  writeFileSync(join(folder, 'data', 'secrets', 'KEYTAB'), 'hunter2\0more');
  const provided = secrets.provide('i1', ['KEY', 'KEYTAB'], undefined)!;
  expect(provided.variables).toEqual({ KEY: 'sk-123' });
  expect(readFileSync(join(provided.folder, 'KEYTAB'), 'utf8')).toBe('hunter2\0more');
});
