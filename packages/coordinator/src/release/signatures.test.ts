/** Who has signed what, over a real Redis: kept durably, known to other coordinators, and never believed unseen. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Release } from '@outrider/shared/domain/release.js';
import type { ReleaseStatement } from '@outrider/shared/domain/release-signature.js';
import { signRelease } from '@outrider/shared/release/signature.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ReleaseSignatures } from './signatures.js';

const NOW = '2026-01-05T10:00:00.000Z';
const LATER = '2026-01-05T10:05:00.000Z';
const keys = fleetKeys('test');
const OURS = generateKeyPairSync('ed25519').privateKey;
const OTHER = generateKeyPairSync('ed25519').privateKey;
const AGENTS = 'b'.repeat(64);
const RELEASE: Release = {
  ...{ app: 'app', version: '1.0.0', digest: 'a'.repeat(64), files: 1, bytes: 1, pushedAt: NOW, by: 'ann' },
};

let server: TestRedis;
let redis: Redis;
let folder: string;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url, { enableOfflineQueue: false, lazyConnect: true, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  await redis.connect();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  folder = mkdtempSync(join(tmpdir(), 'outrider-signatures-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const opened = (at = 'one'): ReleaseSignatures =>
  new ReleaseSignatures({ folder: join(folder, at), redis, keys, now: () => Date.parse(NOW) });
const signed = (signedAt = NOW, key = OURS, change: Partial<ReleaseStatement> = {}) => {
  const { app, version, digest } = RELEASE;
  return signRelease({ app, version, digest, agents: AGENTS, signedAt, ...change }, key);
};

test('kept, shown with the release, and there after a restart', async () => {
  const signatures = opened();
  expect(signatures.signed(RELEASE)).toBe(RELEASE);
  await signatures.add(RELEASE, AGENTS, [signed()]);
  expect(signatures.signed(RELEASE).signatures).toEqual([signed()]);
  expect(opened().of('app', '1.0.0')).toEqual([signed()]);
});

test('of each key the newest', async () => {
  const signatures = opened();
  await signatures.add(RELEASE, AGENTS, [signed(LATER), signed(NOW, OTHER)]);
  await signatures.add(RELEASE, AGENTS, [signed()]);
  expect(signatures.of('app', '1.0.0')).toHaveLength(2);
  expect(signatures.of('app', '1.0.0')).toEqual(expect.arrayContaining([signed(LATER), signed(NOW, OTHER)]));
});

test('another coordinator learns of it; an emptied Redis gets it again, and nothing older than it has', async () => {
  await opened('one').add(RELEASE, AGENTS, [signed(NOW)]);
  const two = opened('two');
  await two.learn('app');
  expect(two.of('app', '1.0.0')).toEqual([signed(NOW)]);
  await two.add(RELEASE, AGENTS, [signed(LATER)]);
  await opened('one').restoreRedis('app');
  expect(opened('one').of('app', '1.0.0')).toEqual([signed(LATER)]);
  await redis.flushall();
  await opened('two').restoreRedis('app');
  const three = opened('three');
  await three.learn('app');
  expect(three.of('app', '1.0.0')).toEqual([signed(LATER)]);
});

describe('refused is', () => {
  test.each<[string, ReturnType<typeof signed>, RegExp]>([
    ['one of another content', signed(NOW, OURS, { digest: 'c'.repeat(64) }), /is not one of app 1\.0\.0/],
    ['one of another version', signed(NOW, OURS, { version: '1.0.1' }), /is not one of app 1\.0\.0/],
    ['one of another agents.yaml', signed(NOW, OURS, { agents: 'c'.repeat(64) }), /is not one of app 1\.0\.0/],
    ['one that was changed', { ...signed(), statement: signed(LATER).statement }, /is not one of app 1\.0\.0/],
    ['one from the future', signed('2026-01-05T10:11:00.000Z'), /ahead of the coordinator's clock/],
  ])('%s', async (_, one, sentence) => {
    const signatures = opened();
    await expect(signatures.add(RELEASE, AGENTS, [one])).rejects.toThrow(sentence);
    expect(signatures.of('app', '1.0.0')).toEqual([]);
    expect(await redis.keys('*')).toEqual([]);
  });

  test('everything while Redis is away', async () => {
    const signatures = opened();
    await server.kill();
    await expect(signatures.add(RELEASE, AGENTS, [signed()])).rejects.toMatchObject({
      code: 'unavailable',
      message:
        'Nothing can be signed while Redis does not answer. Try again when it is back; `coordinator doctor` tells why it is away.',
    });
    expect(signatures.of('app', '1.0.0')).toEqual([]);
    await server.restart();
    await expect.poll(() => redis.status, { timeout: 10_000 }).toBe('ready');
  });
});

test('what is no signature on the disk or in Redis is passed over', async () => {
  await opened().add(RELEASE, AGENTS, [signed()]);
  const file = join(folder, 'one', 'app', '1.0.0.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('1.0.0', '1.0.1'));
  expect(opened().of('app', '1.0.0')).toEqual([]);
  await redis.hset(keys.signatures('app'), '../x k', JSON.stringify(signed()), '1.0.1 k', '{');
  const signatures = opened();
  await signatures.learn('app');
  expect(signatures.of('app', '1.0.0')).toEqual([signed()]);
  expect(signatures.of('app', '../x')).toEqual([]);
});

test('what the disk does not take is told to nobody', async () => {
  const one = opened();
  writeFileSync(join(folder, 'one', 'app'), '');
  await expect(one.add(RELEASE, AGENTS, [signed()])).rejects.toMatchObject({ code: 'unavailable' });
  rmSync(join(folder, 'one', 'app'));
  await one.learn('app');
  expect(one.of('app', '1.0.0')).toEqual([]);
});
