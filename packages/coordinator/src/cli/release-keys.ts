/**
 * Owns the folder of keys that releases are signed with, on the machine of whoever pushes. No private key ever leaves it:
 * neither the coordinator nor a host has one.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ReleaseSignature, ReleaseStatement } from '@outrider/shared/domain/release-signature.js';
import { shellWord } from '@outrider/shared/domain/shell-word.js';
import { shownName } from '@outrider/shared/domain/shown-name.js';
import { keyId, publicKeyText, signRelease } from '@outrider/shared/release/signature.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { writeDurably } from '@outrider/shared/runtime/durable-file.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { whyUnreadable } from '@outrider/shared/runtime/unreadable.js';

export interface ReleaseKey {
  readonly id: string;
  /** As it stands in `trusted_keys`. */
  readonly publicKey: string;
  /** RFC 3339 */
  readonly createdAt: string;
  readonly file: string;
  readonly privateKey: KeyObject;
}

const SUFFIX = '.pem';
/** Of group and others: whoever reads the file can sign releases. */
const OTHERS = 0o077;

/** `given`: `--keys`; else OUTRIDER_KEYS; else a folder of this user's own. */
export function keysFolder(given: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  const { OUTRIDER_KEYS: own = '', XDG_CONFIG_HOME: config = '' } = env;
  if (given !== undefined) return resolve(given);
  if (own !== '') return resolve(own);
  return join(config.startsWith('/') ? config : join(homedir(), '.config'), 'outrider', 'keys');
}

const NO_FOLDER = { ENOTDIR: 'it is no folder. Name one with --keys', EACCES: 'this user may not read it' };
const NO_PLACE = {
  EEXIST: 'it is no folder. Name another one with --keys',
  ENOTDIR: 'it lies below a file. Name another folder with --keys',
  EACCES: 'this user may not write there. Name another folder with --keys',
};

/** For a command that is to be pasted, with what was given of `--keys`. */
export const keysWords = (given: string | undefined): string =>
  given === undefined ? '' : ` --keys ${shellWord(given)}`;

/** The oldest first; none where there is no such folder. @throws OutriderError('invalid') naming the file. */
export function readKeys(folder: string): readonly ReleaseKey[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new OutriderError(
      'invalid',
      `Cannot read the keys in ${shownName(folder)}: ${whyUnreadable(error, NO_FOLDER)}.`,
      { cause: error },
    );
  }
  const keys = names.filter((name) => name.endsWith(SUFFIX)).map((name) => readKey(join(folder, name)));
  return keys.sort((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
}

/**
 * What a push signs with. Where nobody has named a folder there may be no keys; one that is named and has none is a
 * mistake, and would leave the release unsigned. @throws OutriderError('not_found' or 'invalid')
 */
export function keysToPushWith(given: string | undefined, env: NodeJS.ProcessEnv = process.env): readonly ReleaseKey[] {
  const folder = keysFolder(given, env);
  const keys = readKeys(folder);
  const isNamed = given !== undefined || (env['OUTRIDER_KEYS'] ?? '') !== '';
  if (keys.length > 0 || !isNamed) return keys;
  throw new OutriderError(
    'not_found',
    `There is no key in ${folder}, which ${given === undefined ? 'OUTRIDER_KEYS' : '--keys'} names. ` +
      'Name the right folder, or push with --no-sign.',
  );
}

export function makeKey(folder: string): ReleaseKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const file = join(folder, `${keyId(publicKeyText(privateKey))}${SUFFIX}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeDurably(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  } catch (error) {
    throw new OutriderError(
      'invalid',
      `Cannot keep a key in ${shownName(folder)}: ${whyUnreadable(error, NO_PLACE)}.`,
      { cause: error },
    );
  }
  return readKey(file);
}

/** @throws OutriderError('not_found') */
export function keyNamed(given: string | undefined, id: string): ReleaseKey {
  const folder = keysFolder(given);
  const found = readKeys(folder).find((key) => key.id === id || key.publicKey === id);
  if (found !== undefined) return found;
  throw new OutriderError(
    'not_found',
    `There is no key ${id} in ${folder}. Keys: coordinator release key ls${keysWords(given)}.`,
  );
}

export const removeKey = ({ file }: ReleaseKey): void => rmSync(file);

/** By each key, all at one time. */
export const signWith = (
  keys: readonly ReleaseKey[],
  release: Omit<ReleaseStatement, 'signedAt'>,
): readonly ReleaseSignature[] => {
  const signedAt = rfc3339(Date.now());
  return keys.map(({ privateKey }) => signRelease({ ...release, signedAt }, privateKey));
};

function readKey(file: string): ReleaseKey {
  const { mode, mtimeMs, pem } = contentOf(file);
  if ((mode & OTHERS) !== 0) {
    throw new OutriderError(
      'invalid',
      `${file} may be read by others, and with it they sign releases: chmod 600 ${file}.`,
    );
  }
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(pem);
  } catch (error) {
    throw new OutriderError(
      'invalid',
      `${file} is no private key in PEM that can be read without a passphrase. Take it away.`,
      { cause: error },
    );
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw new OutriderError('invalid', `${file} is no Ed25519 key. Take it away, or name another folder with --keys.`);
  }
  const publicKey = publicKeyText(privateKey);
  return { id: keyId(publicKey), publicKey, createdAt: rfc3339(mtimeMs), file, privateKey };
}

function contentOf(file: string): { readonly mode: number; readonly mtimeMs: number; readonly pem: Buffer } {
  try {
    const { mode, mtimeMs } = statSync(file);
    return { mode, mtimeMs, pem: readFileSync(file) };
  } catch (error) {
    const why = whyUnreadable(error);
    throw new OutriderError('invalid', `Cannot read the key ${shownName(file)}: ${why}.`, { cause: error });
  }
}
