/**
 * Signs releases and reads what was signed: Ed25519 over a statement of what the release is. Knows keys as texts and
 * objects; where they are kept, and who is trusted, is for others.
 */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson } from '../domain/canonical.js';
import { isDigest, isName, isVersion } from '../domain/name.js';
import type { ReleaseSignature, ReleaseStatement } from '../domain/release-signature.js';
import { sha256 } from '../runtime/digest.js';

/** A signature for something else can never be shown as one for a release. */
const PREFIX = 'outrider release statement v1\n';
const SCHEME = 'ed25519:';
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export const KEY_RULE =
  'a public key such as "ed25519:" and 44 characters of base64, as "coordinator release key show" prints it';

/** As it stands in `trusted_keys`. */
export function publicKeyText(key: KeyObject): string {
  const { x } = createPublicKey(key).export({ format: 'jwk' });
  return SCHEME + Buffer.from(x ?? '', 'base64url').toString('base64');
}

export const isPublicKey = (text: string): boolean => readPublicKey(text) !== undefined;

/** What people call a key by. */
export const keyId = (key: string): string => sha256(key).slice(0, 12);

export function signRelease(statement: ReleaseStatement, key: KeyObject): ReleaseSignature {
  const text = canonicalJson(statement);
  return {
    key: publicKeyText(key),
    statement: text,
    signature: sign(null, Buffer.from(PREFIX + text), key).toString('base64'),
  };
}

/** What was signed; undefined: this is not the key's signature of a statement, whatever it looks like. */
export function readSignature({ key, statement, signature }: ReleaseSignature): ReleaseStatement | undefined {
  const publicKey = readPublicKey(key);
  const bytes = readBase64(signature, SIGNATURE_BYTES);
  if (publicKey === undefined || bytes === undefined) return undefined;
  if (!verify(null, Buffer.from(PREFIX + statement), publicKey, bytes)) return undefined;
  return readStatement(statement);
}

function readStatement(text: string): ReleaseStatement | undefined {
  let value: Readonly<Record<string, unknown>>;
  try {
    value = JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
  const { app, version, digest, agents, signedAt } = value;
  const isOne =
    is(app, isName) &&
    is(version, isVersion) &&
    is(digest, isDigest) &&
    is(agents, isDigest) &&
    is(signedAt, (time) => TIME.test(time) && !Number.isNaN(Date.parse(time)));
  if (!isOne) return undefined;
  const statement = { app, version, digest, agents, signedAt } as ReleaseStatement;
  return canonicalJson(statement) === text ? statement : undefined;
}

const is = (value: unknown, rule: (text: string) => boolean): value is string =>
  typeof value === 'string' && rule(value);

function readPublicKey(text: string): KeyObject | undefined {
  if (!text.startsWith(SCHEME)) return undefined;
  const bytes = readBase64(text.slice(SCHEME.length), KEY_BYTES);
  if (bytes === undefined) return undefined;
  try {
    return createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') },
      format: 'jwk',
    });
  } catch {
    return undefined;
  }
}

/** One spelling alone: what decodes to the same bytes another way is none. */
function readBase64(text: string, length: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === length && bytes.toString('base64') === text ? bytes : undefined;
}
