import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { byPath, manifestBytes } from '@outrider/shared/release/manifest.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { ReleaseCatalog } from './catalog.js';

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const AGENTS = 'app: app\nagents:\n  web:\n    command: [sleep, "60"]\n';

let server: TestRedis;
let redis: Redis;
let folder: string;
let now: number;
let history: Partial<Rollout>[];

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
  folder = mkdtempSync(join(tmpdir(), 'outrider-catalog-'));
  now = Date.parse('2026-01-01T10:00:00Z');
  history = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const blobs = (): BlobStore => new BlobStore(join(folder, 'blobs'));
const open = (at = 'releases'): ReleaseCatalog =>
  new ReleaseCatalog({
    folder: join(folder, at),
    blobs: blobs(),
    redis,
    environment: 'test',
    compile: agentsFromYaml,
    now: () => (now += 1000),
    history: async () => history as Rollout[],
  });

/** Stores the files and returns the manifest. */
async function prepared(files: Readonly<Record<string, string>>, app = 'app'): Promise<Uint8Array> {
  const entries = Object.entries(files).map(([path, content]): ManifestEntry => ({
    kind: 'file',
    path,
    mode: 0o644,
    size: Buffer.byteLength(content),
    sha256: sha256(content),
  }));
  for (const content of Object.values(files)) await blobs().put(sha256(content), Buffer.from(content));
  return manifestBytes({ app, entries: entries.sort(byPath) });
}

const push = async (catalog: ReleaseCatalog, version: string, files: Readonly<Record<string, string>> = {}) =>
  catalog.push({ version, manifest: await prepared({ 'agents.yaml': AGENTS, ...files }), by: 'ann' });

describe('a version names one content for ever', () => {
  test('the same again is the same answer; another content is refused, naming who and when', async () => {
    const catalog = open();
    const first = await push(catalog, '1.0.0');
    expect(first).toMatchObject({ isNew: true, release: { app: 'app', version: '1.0.0', files: 1, by: 'ann' } });
    expect(await push(catalog, '1.0.0')).toEqual({ release: first.release, isNew: false });
    await expect(push(catalog, '1.0.0', { more: 'x' })).rejects.toMatchObject({
      code: 'refused',
      message: matching(/ann pushed it at 2026-01-01T10:00:01.000Z/),
    });
  });

  test('two that come together: one of them is the release', async () => {
    const catalog = open();
    const results = await Promise.allSettled([push(catalog, '1.0.0', { a: '1' }), push(catalog, '1.0.0', { a: '2' })]);
    expect(results.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('it outlives a restart, and an emptied Redis gets it again', async () => {
    await push(open(), '1.0.0');
    await redis.flushall();
    const again = open();
    expect(await again.list()).toHaveLength(1);
    await again.restoreRedis();
    expect(await redis.hkeys('outrider:{test}:releases:app')).toEqual(['1.0.0']);
    await expect(push(again, '1.0.0', { more: 'x' })).rejects.toThrow(/another content/);
  });

  test('what another coordinator has named counts too', async () => {
    await push(open('releases'), '1.0.0');
    await expect(push(open('elsewhere'), '1.0.0', { more: 'x' })).rejects.toThrow(/ann pushed it/);
  });

  test('a crash between Redis and disk: the same push again is answered', async () => {
    const { release } = await push(open(), '1.0.0');
    rmSync(join(folder, 'releases'), { recursive: true });
    const again = open();
    expect(await again.find('app', '1.0.0')).toBeUndefined();
    expect((await push(again, '1.0.0')).release).toEqual(release);
    expect(await open().find('app', '1.0.0')).toEqual(release);
  });

  test('without Redis nothing is named', async () => {
    const catalog = open();
    await server.kill();
    await expect(push(catalog, '1.0.0')).rejects.toMatchObject({ code: 'unavailable' });
    expect(await catalog.list()).toEqual([]);
    await server.restart();
    await expect.poll(() => redis.status, { timeout: 10_000 }).toBe('ready');
    expect(await push(catalog, '1.0.0')).toMatchObject({ isNew: true });
  });
});

describe('what the disk has lost comes back with the same push', () => {
  test.each([
    ['a manifest that is gone', (path: string) => rmSync(path)],
    ['a manifest that is damaged', (path: string) => writeFileSync(path, 'damaged')],
  ])('%s', async (_, harm) => {
    const { release } = await push(open(), '1.0.0');
    harm(blobs().path(release.digest));
    const again = open();
    expect(await push(again, '1.0.0')).toEqual({ release, isNew: false });
    expect((await again.spec(release.digest)).agents.map((agent) => agent.name)).toEqual(['web']);
  });

  test.each([
    ['The manifest', 'was damaged on the disk', (path: string) => writeFileSync(path, 'damaged')],
    ['The manifest', 'is not stored here', (path: string) => rmSync(path)],
    ['agents.yaml', 'was damaged on the disk', (path: string) => writeFileSync(path, 'damaged')],
    ['agents.yaml', 'is not stored here', (path: string) => rmSync(path)],
  ])('until then %s that %s is named with its file and what to do', async (what, state, harm) => {
    const { release } = await push(open(), '1.0.0');
    const path = blobs().path(what === 'agents.yaml' ? sha256(AGENTS) : release.digest);
    harm(path);
    await expect(open().spec(release.digest)).rejects.toMatchObject({
      code: 'refused',
      message:
        `${what} of app 1.0.0 ${state} (${path}). Fetch it again: coordinator release verify 1.0.0 --app app; ` +
        'or push the same tree again under this version.',
    });
  });

  test('a content that is gone is named, not passed over', async () => {
    const catalog = open();
    const manifest = await prepared({ 'agents.yaml': AGENTS, other: 'content' });
    await catalog.push({ version: '1', manifest, by: 'ann' });
    rmSync(blobs().path(sha256('content')));
    await expect(catalog.push({ version: '1', manifest, by: 'ann' })).rejects.toThrow(/content of other .* not sent/);
  });

  test('a content of another length is taken out, and can come again', async () => {
    const manifest = await prepared({ 'agents.yaml': AGENTS, other: 'content' });
    writeFileSync(blobs().path(sha256('content')), 'cont');
    await expect(open().push({ version: '1', manifest, by: 'ann' })).rejects.toThrow(/damaged .* Push .* again/);
    expect(await blobs().missing([sha256('content')])).toHaveLength(1);
    await prepared({ other: 'content' });
    expect(await open().push({ version: '1', manifest, by: 'ann' })).toMatchObject({ isNew: true });
  });
});

describe('what a release must have', () => {
  test.each(['', 'latest', 'previous', 'good', '../1', '.hidden', 'a b', 'x'.repeat(129)])(
    'version %j is refused',
    async (version) => {
      await expect(push(open(), version)).rejects.toMatchObject({ code: 'invalid' });
    },
  );

  test('every content', async () => {
    const manifest = await prepared({ 'agents.yaml': AGENTS, other: 'content' });
    rmSync(blobs().path(sha256('content')));
    await expect(open().push({ version: '1', manifest, by: 'ann' })).rejects.toThrow(/content of other .* not sent/);
  });

  test('an agents.yaml', async () => {
    const manifest = await prepared({ other: 'content' });
    await expect(open().push({ version: '1', manifest, by: 'ann' })).rejects.toThrow(/no file agents.yaml/);
  });

  test('a good one: the line is named', async () => {
    const catalog = open();
    const manifest = await prepared({ 'agents.yaml': 'app: app\nagents:\n  web:\n    comand: [sleep]\n' });
    await expect(catalog.push({ version: '1', manifest, by: 'ann' })).rejects.toThrow(/agents\.yaml:\d+: .*comand/);
    expect(await catalog.list()).toEqual([]);
  });
});

describe('finding', () => {
  test('latest is the last one pushed; good and previous come from the rollouts', async () => {
    const catalog = open();
    for (const version of ['2.0.0', '1.0.0', '3.0.0']) await push(catalog, version, { version });
    history = [
      { phase: 'rolled_back', version: '3.0.0', fromVersion: '1.0.0' },
      { phase: 'succeeded', version: '1.0.0', fromVersion: '2.0.0' },
    ];
    expect((await catalog.find('app', 'latest'))?.version).toBe('3.0.0');
    expect((await catalog.find('app', 'good'))?.version).toBe('1.0.0');
    expect((await catalog.find('app', 'previous'))?.version).toBe('2.0.0');
    expect(await catalog.find('app', '4.0.0')).toBeUndefined();
    expect(await catalog.find('other', 'latest')).toBeUndefined();
    expect((await catalog.list('app')).map((release) => release.version)).toEqual(['2.0.0', '1.0.0', '3.0.0']);
  });

  test('manifest, spec and text of a release', async () => {
    const catalog = open();
    const { release } = await push(catalog, '1.0.0', { 'a/b': 'x' });
    const { manifest, bytes } = await catalog.manifest(release.digest);
    expect(sha256(bytes)).toBe(release.digest);
    expect(manifest.entries.map((entry) => entry.path)).toEqual(['a/b', 'agents.yaml']);
    expect((await open().spec(release.digest)).agents.map((agent) => agent.name)).toEqual(['web']);
    expect(await catalog.agentsText(release.digest)).toBe(AGENTS);
  });
});
