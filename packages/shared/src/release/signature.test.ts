import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../domain/canonical.js';
import { newestByKey, type ReleaseStatement } from '../domain/release-signature.js';
import { isPublicKey, publicKeyText, readSignature, signRelease } from './signature.js';

const { privateKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519').privateKey;
const STATEMENT: ReleaseStatement = {
  app: 'assistants',
  version: '1.0.0',
  digest: 'a'.repeat(64),
  agents: 'b'.repeat(64),
  signedAt: '2026-01-02T03:04:05.678Z',
};
const SIGNED = signRelease(STATEMENT, privateKey);
const turned = (text: string): string => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);

test('what was signed is read again', () => {
  expect(readSignature(SIGNED)).toEqual(STATEMENT);
  expect(SIGNED.key).toMatch(/^ed25519:[A-Za-z0-9+/]{43}=$/);
});

describe('no signature is', () => {
  const withStatement = (text: string) => ({ ...SIGNED, statement: text });
  test.each([
    ['one whose statement was changed', withStatement(SIGNED.statement.replace('1.0.0', '1.0.1'))],
    ['one under the name of another key', { ...SIGNED, key: publicKeyText(other) }],
    ['one of which a bit has turned', { ...SIGNED, signature: turned(SIGNED.signature) }],
    ['one in another spelling', { ...SIGNED, signature: `${SIGNED.signature}=` }],
    ['an empty one', { ...SIGNED, signature: '' }],
    ['one by no key', { ...SIGNED, key: 'ed25519:' }],
  ])('%s', (_what, changed) => {
    expect(readSignature(changed)).toBeUndefined();
  });

  test('one that was made for something else', () => {
    const plain = sign(null, Buffer.from(SIGNED.statement), privateKey).toString('base64');
    expect(readSignature({ ...SIGNED, signature: plain })).toBeUndefined();
  });

  test.each<[string, object]>([
    ['has more in it', { ...STATEMENT, also: 1 }],
    ['has less in it', { ...STATEMENT, agents: undefined }],
    ['names no digest', { ...STATEMENT, digest: 'abc' }],
    ['has a time in another form', { ...STATEMENT, signedAt: '2026-01-02T03:04:05Z' }],
    ['has a time that is none', { ...STATEMENT, signedAt: '2026-13-02T03:04:05.678Z' }],
  ])('one of a statement that %s', (_what, statement) => {
    expect(readSignature(signRelease(statement as ReleaseStatement, privateKey))).toBeUndefined();
  });

  test('one of a statement in another spelling', () => {
    const spaced = JSON.stringify(JSON.parse(canonicalJson(STATEMENT)), null, 1);
    const signature = sign(null, Buffer.from(`outrider release statement v1\n${spaced}`), privateKey);
    expect(readSignature({ ...SIGNED, statement: spaced, signature: signature.toString('base64') })).toBeUndefined();
  });
});

test.each(['', 'ed25519:', 'ed25519:AAAA', `rsa:${SIGNED.key.slice(8)}`, SIGNED.key.slice(0, -1), `${SIGNED.key} `])(
  '%j is no public key',
  (text) => {
    expect(isPublicKey(text)).toBe(false);
  },
);

test('of each key the newest signature stays', () => {
  const later = signRelease({ ...STATEMENT, signedAt: '2026-01-03T00:00:00.000Z' }, privateKey);
  const others = signRelease(STATEMENT, other);
  expect(newestByKey([SIGNED, others], [later])).toHaveLength(2);
  expect(newestByKey([SIGNED, others], [later])).toEqual(expect.arrayContaining([later, others]));
  expect(newestByKey([later], [SIGNED])).toEqual([later]);
});
