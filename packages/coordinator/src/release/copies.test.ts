/** Two coordinators' disks and one real Redis: what one was given, the other learns of and fetches over real gRPC. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { manifestBytes } from '@outrider/shared/release/manifest.js';
import { connectCoordinator } from '@outrider/shared/rpc/client.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { freePort } from '@outrider/shared/testing/redis.js';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { testCoordinator, type TestCoordinator } from '../testing/coordinator.js';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { ReleaseCatalog } from './catalog.js';
import { checkRelease } from './check.js';
import { ReleaseCopies } from './copies.js';

let source: TestCoordinator;
let redis: Redis;
let folder: string;
let serial = 0;
const opened: ReleaseCopies[] = [];

beforeAll(async () => {
  source = await testCoordinator();
  redis = new Redis(source.redis.url);
  folder = mkdtempSync(join(tmpdir(), 'outrider-copies-'));
});
afterEach(() => {
  for (const copies of opened.splice(0)) copies.close();
});
afterAll(async () => {
  redis.disconnect();
  await source.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A disk of another coordinator, new and empty. */
function another(others: readonly string[]): { copies: ReleaseCopies; blobs: BlobStore; notices: string[] } {
  serial += 1;
  const own = join(folder, `${serial}`);
  const blobs = new BlobStore(join(own, 'blobs'));
  const catalog = new ReleaseCatalog({
    ...{ folder: join(own, 'releases'), blobs, redis, environment: 'test', compile: agentsFromYaml },
    ...{ now: () => systemClock.now(), history: async () => [] },
  });
  const notices: string[] = [];
  const copies = new ReleaseCopies({
    ...{ catalog, blobs, clock: systemClock, others: async () => others },
    connect: (endpoint) => connectCoordinator({ endpoint, token: source.token, forwards: true }),
    notice: (sentence) => notices.push(sentence),
  });
  opened.push(copies);
  return { copies, blobs, notices };
}

async function push(version: string): Promise<string> {
  const text = `app: app\nagents:\n  web:\n    command: [sleep, "${version.length}"]\n`;
  const contents = [text, `code of ${version}\n`];
  const entries = ['agents.yaml', 'code.txt'].map((path, index) => {
    const content = contents[index] ?? '';
    return { kind: 'file' as const, path, mode: 0o644, size: content.length, sha256: sha256(content) };
  });
  const manifest = manifestBytes({ app: 'app', entries });
  const remote = connectCoordinator({ endpoint: source.grpc[0] ?? '', token: source.token });
  try {
    await remote.PutBlobs(
      (async function* () {
        for (const content of contents) yield { sha256: sha256(content), data: Buffer.from(content), last: true };
      })(),
    );
    return (await remote.PushRelease({ version, manifest: Buffer.from(manifest), by: 'ann' })).digest;
  } finally {
    remote.close();
  }
}

test('what another coordinator was given is known at once, and whole once it was asked for', async () => {
  const digest = await push('1.0.0');
  const { copies, blobs } = another([`127.0.0.1:${await freePort()}`, source.grpc[0] ?? '']);
  expect(await copies.find('app', '1.0.0')).toMatchObject({ digest, by: 'ann' });
  expect((await copies.find('app', 'latest'))?.version).toBe('1.0.0');
  expect(await blobs.size(digest)).toBeUndefined();
  const { manifest } = await copies.manifest(digest);
  expect(await blobs.missing(manifest.entries.flatMap((one) => (one.kind === 'file' ? [one.sha256] : [])))).toEqual([]);
  expect(Object.keys((await copies.spec(digest)).agents)).toHaveLength(1);
});

test('it comes by itself, too', async () => {
  const digest = await push('1.1.0');
  const { copies, blobs } = another([source.grpc[0] ?? '']);
  copies.start();
  await eventually(async () => (await blobs.missing([digest])).length === 0);
  expect(await copies.list('app')).toMatchObject([{ version: '1.0.0' }, { version: '1.1.0' }]);
});

test('contents that nobody gives are no release that could be rolled out, and it is said', async () => {
  const digest = await push('1.2.0');
  const away = `127.0.0.1:${await freePort()}`;
  const { copies, notices } = another([away]);
  await expect(copies.manifest(digest)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`no other coordinator gives them (asked: ${away})`) as string,
  });
  copies.start();
  await eventually(() => notices.some((notice) => notice.startsWith('app 1.0.0 is not copied yet')));
});

test('what is damaged here is found by reading it again, and comes from another coordinator', async () => {
  const digest = await push('1.3.0');
  const { copies, blobs } = another([source.grpc[0] ?? '']);
  const { manifest } = await copies.manifest(digest);
  const release = (await copies.find('app', '1.3.0'))!;
  const far: number[] = [];
  const check = () => checkRelease(release, { blobs, copies }, (done) => far.push(done), new AbortController().signal);
  expect(await check()).toEqual({ damaged: [], mended: [], problems: [], files: 2, bytes: release.bytes });
  expect(far.at(-1)).toBe(release.bytes);

  const spoil = (path: string): void => {
    const entry = manifest.entries.find((one) => one.path === path);
    if (entry?.kind === 'file') writeFileSync(blobs.path(entry.sha256), 'spoiled');
  };
  spoil('code.txt');
  rmSync(blobs.path(digest));
  const mended = ['code.txt', 'the manifest'];
  expect(await check()).toMatchObject({ damaged: mended, mended, problems: [] });
  expect((await check()).damaged).toEqual([]);
});

test('a manifest that is damaged here is fetched once more by whoever needs it', async () => {
  const digest = await push('1.3.1');
  const { copies, blobs } = another([source.grpc[0] ?? '']);
  await copies.manifest(digest);
  for (const read of [() => copies.manifest(digest), () => copies.spec(digest), () => copies.agentsText(digest)]) {
    writeFileSync(blobs.path(digest), 'spoiled');
    await read();
    expect(await blobs.isWhole(digest)).toBe(true);
  }
  writeFileSync(blobs.path(digest), 'spoiled');
  const release = (await copies.find('app', '1.3.1'))!;
  const result = await checkRelease(release, { blobs, copies }, () => undefined, new AbortController().signal);
  expect(result).toMatchObject({ damaged: ['the manifest'], mended: ['the manifest'], problems: [] });
});

test('what is damaged on all coordinators comes from hosts that have the release', async () => {
  const digest = await push('1.3.2');
  const { copies, blobs } = another([]);
  const manifest = readFileSync(join(source.folder, 'data/blobs', digest.slice(0, 2), digest));
  const code = 'code of 1.3.2\n';
  const hosts = {
    manifest: async () => blobs.put(digest, manifest),
    contents: async (_: unknown, wanted: ReadonlyMap<string, number>) => {
      expect(wanted.get(sha256(code))).toBe(code.length);
      await blobs.put(sha256(code), Buffer.from(code));
    },
  };
  const release = (await copies.find('app', '1.3.2'))!;
  const check = () => checkRelease(release, { blobs, copies, hosts }, () => undefined, new AbortController().signal);
  const { damaged, mended, problems } = await check();
  expect(damaged).toEqual(['agents.yaml', 'code.txt', 'the manifest']);
  expect(mended).toEqual(['code.txt', 'the manifest']);
  const text = join(folder, `${serial}`, 'blobs');
  expect(problems).toEqual([
    expect.stringMatching(
      new RegExp(
        `^What is damaged of app 1\\.3\\.2 \\(${text}/../[0-9a-f]{64}\\) is on no other .*release push DIR --version 1\\.3\\.2`,
      ),
    ),
  ]);
});

test('what is damaged here and nowhere else is said', async () => {
  const digest = await push('1.4.0');
  const { copies, blobs } = another([source.grpc[0] ?? '']);
  const { manifest } = await copies.manifest(digest);
  const [entry] = manifest.entries;
  if (entry?.kind !== 'file') throw new Error('It begins with a file.');
  for (const path of [
    blobs.path(entry.sha256),
    join(source.folder, 'data/blobs', entry.sha256.slice(0, 2), entry.sha256),
  ])
    writeFileSync(path, 'spoiled');
  const release = (await copies.find('app', '1.4.0'))!;
  const result = await checkRelease(release, { blobs, copies }, () => undefined, new AbortController().signal);
  expect(result).toMatchObject({ damaged: ['agents.yaml'], mended: [] });
  expect(result.problems.join(' ')).toMatch(/on no other coordinator that answers.*Push the release again/);
  // Once.
  expect(result.problems.join(' ')).not.toMatch(/no other coordinator gives them|push it again/);
});

test('what is no record of a release in Redis is passed over', async () => {
  const { releases, apps } = fleetKeys('test');
  await redis.sadd(apps, 'app', '../../etc', 'odd');
  await redis.hset(releases('odd'), '../x', '{}', '1', 'no JSON', '2', '{"app":"other","version":"2","digest":"x"}');
  const { copies } = another([]);
  expect(await copies.list('odd')).toEqual([]);
  expect(await copies.list('app')).not.toEqual([]);
});
