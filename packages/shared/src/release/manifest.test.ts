import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../domain/canonical.js';
import { escapes, readManifest } from './manifest.js';

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
    ['a long part', manifest(file('x'.repeat(256))), /too long/],
    ['a file below a file', manifest(file('a'), file('a/b')), /below "a"/],
    ['a file below a link', manifest({ kind: 'symlink', path: 'a', target: 'b' }, file('a/x')), /below "a"/],
    ['a link upwards', manifest({ kind: 'symlink', path: 'a/b', target: '../../c' }), /leads out/],
    ['a link to nothing', manifest({ kind: 'symlink', path: 'a', target: '' }), /without a target/],
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

test.each([
  ['a', 'b', false],
  ['a/b', '../c', false],
  ['a/b', 'c/../../d', false],
  ['a/b', '../../c', true],
  ['a', '..', true],
  ['a/b', 'x/../../..', true],
  ['a', '/usr/bin/python3', false],
])('link %s -> %s leads out: %s', (path, target, result) => {
  expect(escapes(path, target)).toBe(result);
});
