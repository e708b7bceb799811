/** Keys of whoever releases: made, shown, changed and removed on this machine, with no coordinator anywhere. */
import { execFile, spawnSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
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
import { fileURLToPath } from 'node:url';
import { isPublicKey, keyId, publicKeyText } from '@outrider/shared/release/signature.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keysFolder, keysToPushWith } from './release-keys.js';

const BIN = fileURLToPath(new URL('../../bin/coordinator.js', import.meta.url));
let folder: string;
let keys: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-keys-'));
  keys = join(folder, 'keys');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...words: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env['PATH'], HOME: folder, OUTRIDER_KEYS: keys };
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, 'release', 'key', ...words], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}

interface Key {
  readonly id: string;
  readonly public_key: string;
  readonly file: string;
}

const made = async (...words: readonly string[]): Promise<Key> =>
  JSON.parse((await run(...words, '--json')).stdout) as Key;

test('create makes one that only its user can read, and prints its line for trusted_keys', async () => {
  const { code, stdout, stderr } = await run('create');
  const [, key = ''] = /^trusted_keys: \[(\S+)\]\n$/.exec(stdout) ?? [];
  const file = join(keys, `${keyId(key)}.pem`);
  expect([code, isPublicKey(key)]).toEqual([0, true]);
  expect(stderr).toContain(file);
  expect([statSync(keys).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
  expect(publicKeyText(createPrivateKey(readFileSync(file)))).toBe(key);
  expect(stdout + stderr).not.toContain('PRIVATE');
  expect((await run('show')).stdout).toBe(stdout);
});

test('rotate makes one beside it, ls has the oldest first, rm takes one away', async () => {
  expect((await run('rotate')).code).toBe(4);
  const old = await made('create');
  expect(await run('create')).toMatchObject({ code: 4, stderr: expect.stringMatching(/already.*rotate/) as string });
  const next = await made('rotate');
  expect(JSON.parse((await run('ls', '--json')).stdout)).toMatchObject([{ id: old.id }, { id: next.id }]);
  expect((await run('show')).stdout).toBe(`trusted_keys: [${old.public_key}, ${next.public_key}]\n`);
  expect(await run('rm', old.id)).toMatchObject({ code: 2, stderr: expect.stringMatching(/say --yes/) as string });
  expect(existsSync(old.file)).toBe(true);
  expect((await run('rm', old.id, '--yes')).code).toBe(0);
  expect(readdirSync(keys)).toEqual([`${next.id}.pem`]);
  expect((await run('rm', old.id, '--yes')).code).toBe(2);
});

test('a folder that is not there has none', async () => {
  expect(await run('ls')).toMatchObject({ code: 0, stdout: expect.stringMatching(/release key create/) as string });
  expect((await run('show')).code).toBe(2);
});

describe('a key is refused', () => {
  test('that others can read', async () => {
    const { file } = await made('create');
    chmodSync(file, 0o640);
    expect(await run('ls')).toMatchObject({ code: 2, stderr: expect.stringContaining(`chmod 600 ${file}`) as string });
  });

  test.each([
    ['that is none', 'not a key', /is no private key in PEM/],
    [
      'that is none, in words of ours',
      'not a key',
      /\.pem is no private key in PEM that can be read without a passphrase\. Take it away\.$/m,
    ],
    [
      'of another kind',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
      /is no Ed25519 key/,
    ],
  ])('%s', async (_, content, sentence) => {
    const { file } = await made('create');
    writeFileSync(file, content);
    expect(await run('ls')).toMatchObject({ code: 2, stderr: expect.stringMatching(sentence) as string });
  });
});

test('commands in sentences name the folder that was named', async () => {
  const other = join(folder, "other's");
  const words = `--keys '${folder}/other'\\''s'.`;
  expect((await run('ls', '--keys', other)).stdout).toContain(`Make one: coordinator release key create ${words}`);
  for (const verb of ['rotate', 'show']) {
    expect((await run(verb, '--keys', other)).stderr).toContain(`Make one: coordinator release key create ${words}`);
  }
  expect((await run('create', '--keys', other)).code).toBe(0);
  expect((await run('create', '--keys', other)).stderr).toContain(`coordinator release key rotate ${words}`);
  expect((await run('rm', 'x', '--keys', other)).stderr).toContain(`Keys: coordinator release key ls ${words}`);
});

test('a folder of keys that is none, and a key that is a folder, are told in words of ours', async () => {
  mkdirSync(join(keys, 'x.pem'), { recursive: true });
  expect(await run('ls')).toMatchObject({
    code: 2,
    stderr: `Error: Cannot read the key ${join(keys, 'x.pem')}: it is a folder, and must be a file.\n`,
  });
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(await run('ls', '--keys', file)).toMatchObject({
    code: 2,
    stderr: `Error: Cannot read the keys in ${file}: it is no folder. Name one with --keys.\n`,
  });
  expect((await run('create', '--keys', join(file, 'below'))).stderr).toBe(
    `Error: Cannot read the keys in ${join(file, 'below')}: it is no folder. Name one with --keys.\n`,
  );
});

test('where the folder is: as asked for, else OUTRIDER_KEYS, else the configuration of this user', () => {
  expect(keysFolder('/a', { OUTRIDER_KEYS: '/b' })).toBe('/a');
  expect(keysFolder(undefined, { OUTRIDER_KEYS: '/b', XDG_CONFIG_HOME: '/c' })).toBe('/b');
  expect(keysFolder(undefined, { XDG_CONFIG_HOME: '/c' })).toBe('/c/outrider/keys');
  expect(keysFolder(undefined, { XDG_CONFIG_HOME: 'relative' })).toMatch(/\/\.config\/outrider\/keys$/);
});

describe('what a push signs with is', () => {
  test('refused where a folder is named that has no key, for nothing would be signed', async () => {
    expect(() => keysToPushWith(keys, {})).toThrow(/no key in .*keys, which --keys names.*--no-sign/);
    expect(() => keysToPushWith(undefined, { OUTRIDER_KEYS: keys })).toThrow(/which OUTRIDER_KEYS names/);
    const { id } = await made('create');
    expect(keysToPushWith(keys, {}).map((key) => key.id)).toEqual([id]);
    expect(keysToPushWith(undefined, { OUTRIDER_KEYS: keys }).map((key) => key.id)).toEqual([id]);
  });

  test('nothing where nobody has named a folder, and there is none', () => {
    expect(keysToPushWith(undefined, { XDG_CONFIG_HOME: join(folder, 'config') })).toEqual([]);
  });

  test('said before anything is pushed', () => {
    const words = ['release', 'push', folder, '--version', '1.0.0'];
    const env = { PATH: process.env['PATH'], HOME: folder, OUTRIDER_KEYS: keys };
    const { status, stderr } = spawnSync(process.execPath, [BIN, ...words], { env, encoding: 'utf8', timeout: 60_000 });
    expect(stderr).toMatch(/which OUTRIDER_KEYS names/);
    expect(status).toBe(2);
  });
});
