/** Whatever is pushed: no manifest that would lead out of a host's tree is named, and no content that is another. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { manifestBytes } from '@outrider/shared/release/manifest.js';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { hostileManifests } from '@outrider/shared/testing/hostile-manifests.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ReleaseCatalog } from './catalog.js';

const AGENTS = 'app: app\nagents:\n  web:\n    command: [sleep, "60"]\n';
let server: TestRedis;
let redis: Redis;
let folder: string;
let blobs: BlobStore;
let catalog: ReleaseCatalog;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-attacks-'));
  blobs = new BlobStore(join(folder, 'blobs'));
  catalog = new ReleaseCatalog({
    ...{ folder, blobs, redis, environment: 'test', compile: agentsFromYaml },
    ...{ now: () => Date.now(), history: async () => [] },
  });
});
afterEach(async () => {
  expect(await catalog.list()).toEqual([]);
  expect(readdirSync(join(folder, 'releases'))).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

const push = (manifest: Uint8Array): Promise<unknown> => catalog.push({ version: '1.0.0', manifest, by: 'mallory' });

describe('a coordinator refuses', () => {
  test.each(hostileManifests('app').map((hostile) => [hostile.name, hostile] as const))(
    '%s',
    async (_, { bytes, sentence }) => {
      await expect(push(bytes)).rejects.toThrow(sentence);
    },
  );
});

describe('a content that is not what the manifest says is refused:', () => {
  const entry = {
    kind: 'file',
    path: 'agents.yaml',
    mode: 0o644,
    size: AGENTS.length,
    sha256: sha256(AGENTS),
  } as const;

  test('longer', async () => {
    await blobs.put(sha256(AGENTS), Buffer.from(AGENTS));
    const short = manifestBytes({ app: 'app', entries: [{ ...entry, size: 3 }] });
    await expect(push(short)).rejects.toThrow(/has \d+ bytes; the manifest says 3/);
  });

  test('another one', async () => {
    await expect(blobs.put(sha256(AGENTS), Buffer.from('evil'))).rejects.toThrow(/has the sha256/);
    await expect(push(manifestBytes({ app: 'app', entries: [entry] }))).rejects.toThrow(/was not sent yet/);
  });

  test('one under a name that is a path', async () => {
    const put = (): void => blobs.putWhole('../../etc/passwd', Buffer.from('evil'));
    expect(put).toThrow(/is no digest/);
  });
});
