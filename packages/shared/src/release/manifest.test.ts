import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../domain/canonical.js';
import { byPath, manifestBytes, problemOfEntries, readAccepted, readManifest } from './manifest.js';

const file = (path: string) => ({ kind: 'file', path, mode: 0o644, size: 1, sha256: 'a'.repeat(64) });
const bytes = (value: unknown): Uint8Array => Buffer.from(canonicalJson(value));
const manifest = (...entries: unknown[]): Uint8Array => bytes({ app: 'app', entries });

test('a good one is read as it was written', () => {
  expect(readManifest(manifest(file('a'), file('b/c')))).toEqual({ app: 'app', entries: [file('a'), file('b/c')] });
});

describe('whatever could leave the release is refused', () => {
  test.each([
    ['a path upwards', manifest(file('../etc/passwd')), /"\.\.\/etc\/passwd"/],
    ['an absolute path', manifest(file('/etc/passwd')), /paths are relative/],
    ['a dot', manifest(file('a/./b')), /paths are relative/],
    ['an empty part', manifest(file('a//b')), /paths are relative/],
    ['a NUL', manifest(file('a\0b')), /paths are relative/],
    ['a line break', manifest(file('a\nb')), /control characters/],
    ['a name that is written backwards', manifest(file('a\u202egnp.sh')), /control characters/],
    [
      'half a character',
      Buffer.from('{"app":"app","entries":[{"kind":"folder","path":"a\\ud800"}]}'),
      /no proper Unicode/,
    ],
    ['names that look the same', manifest(file('caf\u0065\u0301'), file('caf\u00e9')), /look the same/],
    ['folders that look the same', manifest(file('caf\u0065\u0301/a'), file('caf\u00e9/b')), /look the same/],
    ['a long part', manifest(file('x'.repeat(256))), /too long/],
    ['a file below a file', manifest(file('a'), file('a/b')), /below "a"/],
    ['a file below a link', manifest({ kind: 'symlink', path: 'a', target: 'b' }, file('a/x')), /below "a"/],
    ['a link upwards', manifest({ kind: 'symlink', path: 'a/b', target: '../../c' }), /leads out/],
    ['a link to nothing', manifest({ kind: 'symlink', path: 'a', target: '' }), /without a target/],
    ['a link with a NUL', manifest({ kind: 'symlink', path: 'a', target: 'b\0c' }), /without a target/],
    ['a link with a line break', manifest({ kind: 'symlink', path: 'a', target: 'b\nc' }), /no proper path/],
    [
      'an absolute link',
      manifest({ kind: 'symlink', path: 'a', target: '/etc/passwd' }),
      /absolute path.*make it relative/,
    ],
    [
      'a link through a link that leads out',
      manifest(
        { kind: 'symlink', path: 'deep/er/up', target: '../..' },
        { kind: 'symlink', path: 'out', target: 'deep/er/up/../etc/passwd' },
      ),
      /"out", which leads out of the release/,
    ],
    ['more than a message', Buffer.alloc(48 * 1024 * 1024 + 1, 32), /longer than/],
    ['another order', manifest(file('b'), file('a')), /out of order/],
    ['the same twice', manifest(file('a'), file('a')), /twice/],
    ['another mode', manifest({ ...file('a'), mode: 0o4755 }), /mode/],
    ['a size below nothing', manifest({ ...file('a'), size: -1 }), /size/],
    ['no digest', manifest({ ...file('a'), sha256: 'A'.repeat(64) }), /sha256/],
    ['a device', manifest({ kind: 'device', path: 'a' }), /neither file, symlink nor folder/],
    ['more keys', manifest({ ...file('a'), owner: 0 }), /canonical/],
    ['a bad app', bytes({ app: '../x', entries: [] }), /app name/],
    ['no entries', bytes({ app: 'app' }), /"entries"/],
    ['no JSON', Buffer.from('{'), /no JSON/],
    ['spaces', Buffer.from('{"app":"app", "entries":[]}'), /canonical/],
  ])('%s', (_, given, sentence) => {
    expect(() => readManifest(given)).toThrow(sentence);
  });
});

const link = (path: string, target: string) => ({ kind: 'symlink', path, target }) as const;

describe('links', () => {
  test.each([
    ['beside it', [link('a', 'b')]],
    ['in the folder above', [link('a/b', '../c')]],
    ['down and up again', [link('a/b', 'c/../../d')]],
    ['to the root', [link('a/b', '..')]],
    ['to itself', [link('a', 'a')]],
    ['round in a circle', [link('a', 'b/x'), link('b', 'a')]],
    ['through a link into the depth, and up again', [link('short', 'a/b/c'), link('to', 'short/../../..')]],
  ])('%s stay inside', (_, entries) => {
    expect(problemOfEntries(entries)).toBeUndefined();
  });

  test.each([
    ['two above', [link('a/b', '../../c')]],
    ['above the root', [link('a', '..')]],
    ['past what is there', [link('a/b', 'x/../../..')]],
    ['through two links', [link('a/b/one', '../..'), link('a/two', 'b/one/a/b/one/..')]],
  ])('%s lead out', (_, entries) => {
    expect(problemOfEntries(entries)).toMatch(/leads out of the release/);
  });

  test('that keep whoever follows them busy are refused soon', () => {
    const around = Array.from({ length: 40_000 }, (_, index) =>
      link(`l${String(index).padStart(5, '0')}`, 'z/a/a/a/a'),
    );
    const folders = 'a/'.repeat(100);
    expect(problemOfEntries([...around, link('z', `${folders}../`.repeat(10))])).toMatch(/too many others/);
  });
});

test('what was accepted with an absolute link before is still read, and nothing that leads out by others', () => {
  const venv = manifest(link('venv/bin/python', '/usr/bin/python3'));
  expect(readAccepted(venv).entries).toEqual([link('venv/bin/python', '/usr/bin/python3')]);
  expect(() => readManifest(venv)).toThrow(/absolute path/);
  expect(() => readAccepted(manifest(link('a', '../b')))).toThrow(/leads out/);
});

test('names that differ in case are two files', () => {
  expect(problemOfEntries([file('Makefile'), file('makefile')] as never)).toBeUndefined();
});

test('more entries than any release has are refused', () => {
  const entries = Array.from({ length: 500_001 }, (_, index) => ({ kind: 'folder', path: String(index) }) as const);
  expect(problemOfEntries(entries)).toMatch(/at most 500000/);
});

test('is spelled as every other document that has a digest', () => {
  const name = fc.string({ unit: 'binary', minLength: 1 });
  const entry = fc.oneof(
    fc.record({ kind: fc.constant('folder' as const), path: name }),
    fc.record({ kind: fc.constant('symlink' as const), path: name, target: name }),
    fc.record({
      ...{ kind: fc.constant('file' as const), path: name, mode: fc.constantFrom(0o644, 0o755) },
      ...{ size: fc.maxSafeNat(), sha256: fc.constant('a'.repeat(64)) },
    }),
  );
  fc.assert(
    fc.property(name, fc.array(entry), (app, entries) => {
      const given = { app, entries: entries.sort(byPath) };
      expect(Buffer.from(manifestBytes(given)).toString()).toBe(Buffer.from(canonicalJson(given)).toString());
    }),
  );
});

test('one that was read is known by its bytes alone, by the rules that it was read by', () => {
  const first = manifest(file('a'), file('b/c'));
  expect(readManifest(Buffer.from(first))).toBe(readManifest(first));
  expect(readAccepted(first)).toBe(readManifest(first));
  const venv = manifest(link('bin/python', '/usr/bin/python3'));
  expect(readAccepted(venv)).toBe(readAccepted(venv));
  expect(() => readManifest(venv)).toThrow(/absolute path/);
});
