/** Which releases go, which stay, and what becomes of their contents; with a real Redis and real disks. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { utimesSync, writeFileSync, writeSync } from 'node:fs';
import { randomBytes, randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Release, ReleaseUse } from '@outrider/shared/domain/release.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Shelf, shelf } from '../testing/shelf.js';
import { ReleaseKeeping } from './keeping.js';
import { namedContents, Rounds } from './rounds.js';

let server: TestRedis;
let redis: Redis;
let folder: string;
let now: number;
let uses: { version: string; use: ReleaseUse }[];
let one: Shelf;
let removed: string[];

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  await redis.flushall();
  folder = mkdtempSync(join(tmpdir(), 'outrider-keeping-'));
  now = Date.now();
  uses = [];
  removed = [];
  one = shelf(folder, redis, () => (now += 1));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const keepingOf = (inUse = async (): Promise<typeof uses> => uses): ReleaseKeeping =>
  new ReleaseKeeping({ catalog: one.catalog, inUse, keep: 2, removed: ({ version }) => removed.push(version) });
const pushAll = async (...versions: readonly string[]): Promise<void> => {
  for (const version of versions) await one.push(version, { own: `own of ${version}`, same: 'same' });
};
const versions = async (): Promise<string[]> => (await one.catalog.list()).map(({ version }) => version);
const inUse = (version: string, use: ReleaseUse): unknown => uses.push({ version, use });

describe('removed by a person', () => {
  test.each<[ReleaseUse, RegExp]>([
    [{ how: 'active', host: 'pc2' }, /1 of app can't be removed: it is active on pc2\./],
    [{ how: 'previous', host: 'pc2' }, /is what pc2 would go back to/],
    [{ how: 'candidate', host: 'pc2' }, /is on trial on pc2/],
    [{ how: 'staging', host: 'pc2' }, /is staged on pc2/],
    [{ how: 'agent', host: 'pc2' }, /has agents that run on pc2/],
    [{ how: 'rollout', rollout: 'r7' }, /is part of the rollout r7, which is under way/],
    [{ how: 'good', rollout: 'r6' }, /is the last good one/],
  ])('refused while %j', async (use, words) => {
    await pushAll('1', '2');
    inUse('1', use);
    await expect(keepingOf().remove('app', '1', 'bob')).rejects.toThrow(words);
    expect([await versions(), removed]).toEqual([['1', '2'], []]);
  });

  test('refused while it has a tag, with the way out', async () => {
    await pushAll('1');
    await one.catalog.tag('app', 'stable', '1', 'bob');
    await expect(keepingOf().remove('app', '1', 'bob')).rejects.toThrow(
      /has the tag stable\. Take .* tag --rm stable\./,
    );
    await expect(keepingOf().remove('app', 'stable', 'bob')).rejects.toThrow(/The word stands for 1/);
  });

  test('else it goes, and with it what only it has', async () => {
    await pushAll('1', '2');
    const { release, bytes } = await keepingOf().remove('app', '1', 'bob');
    const { bytes: manifest } = await one.catalog.manifest(release.digest);
    expect(bytes).toBe('own of 1'.length + manifest.length);
    expect([await versions(), removed]).toEqual([['2'], ['1']]);
    await expect(keepingOf().remove('app', '1', 'bob')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('what the sentence has to be pasted names the app where there is more than one', async () => {
    await pushAll('1');
    await one.catalog.tag('app', 'stable', '1', 'bob');
    const remove = (version: string): Promise<unknown> => keepingOf().remove('app', version, 'bob');
    await expect(remove('9')).rejects.toThrow('There is no release 9 of app. Releases: coordinator release ls.');
    await one.push('1', {}, 'ann', 'other');
    await expect(remove('9')).rejects.toThrow('Releases: coordinator release ls --app app.');
    await expect(remove('1')).rejects.toThrow(
      'Take the tag away first: coordinator release tag --rm stable --app app.',
    );
    await expect(one.catalog.tag('app', 'none', '', 'bob')).rejects.toThrow(
      'There is no tag none of app. Tags: coordinator release ls --app app.',
    );
  });

  test('whoever begins to use it in the same moment keeps it', async () => {
    await pushAll('1', '2');
    let asked = 0;
    const keeping = keepingOf(async () => {
      asked += 1;
      return asked === 1 ? [] : [{ version: '1', use: { how: 'rollout', rollout: 'r9' } }];
    });
    await expect(keeping.remove('app', '1', 'bob')).rejects.toThrow(/rollout r9/);
    expect(await one.catalog.find('app', '1')).toBeDefined();
  });

  test('not while it can not be known who uses it', async () => {
    await pushAll('1');
    const away = keepingOf(() => Promise.reject(new Error('away')));
    await expect(away.remove('app', '1', 'bob')).rejects.toThrow('away');
    expect(await versions()).toEqual(['1']);
    expect(await away.shown(await one.catalog.list())).toMatchObject([{ version: '1', uses: [], tags: [] }]);
  });
});

describe('on a full disk', () => {
  let small: string;
  beforeEach(() => {
    small = join(folder, 'small');
    mkdirSync(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small], { stdio: 'ignore' });
    } catch {
      small = '';
      return;
    }
    one = shelf(small, redis, () => (now += 1));
  });
  afterEach(() => {
    if (small !== '') execFileSync('umount', [small]);
  });

  let filled = 0;
  /** To the last byte. */
  function fill(): void {
    const fd = openSync(join(small, `ballast ${(filled += 1)}`), 'w');
    try {
      for (const size of [65_536, 4_096, 1]) for (;;) if (writeSync(fd, Buffer.alloc(size, 'x')) < size) break;
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
    } finally {
      closeSync(fd);
    }
    expect(() => writeFileSync(join(small, 'more'), 'x')).toThrow(/ENOSPC/);
    rmSync(join(small, 'more'), { force: true });
  }
  const ROOT_ONLY = 'a small file system can be mounted by root only';
  const isFull = /^The disk is full: .* could not be written/;

  test('a release can be removed, and a tag taken away, one after the other; nothing comes', async ({ skip }) => {
    skip(small === '', ROOT_ONLY);
    await pushAll('1', '2', '3', '4');
    await one.catalog.tag('app', 'stable', '2', 'bob');
    fill();
    await expect(one.push('5')).rejects.toThrow(isFull);
    await expect(one.catalog.tag('app', 'other', '3', 'bob')).rejects.toThrow(isFull);
    await keepingOf().remove('app', '1', 'bob');
    fill();
    const named = await namedContents(one.catalog);
    await one.blobs.collect({ isLive: (content) => named.has(content), since: Date.now() + 60_000 });
    expect([await one.blobs.size(sha256('own of 1')), await one.blobs.size(sha256('own of 2'))]).toEqual([
      undefined,
      8,
    ]);
    fill();
    await one.catalog.tag('app', 'stable', '', 'bob');
    fill();
    await keepingOf().remove('app', '2', 'bob');
    fill();
    expect((await keepingOf().prune({ app: '', keep: 1, dryRun: false, by: 'bob' })).removed).toHaveLength(1);
    expect([await versions(), removed]).toEqual([['4'], ['1', '2', '3']]);
    const again = one.again();
    expect((await again.catalog.list()).map(({ version }) => version)).toEqual(['4']);
    await redis.flushall();
    await again.catalog.restoreRedis();
    expect((await again.catalog.list()).map(({ version }) => version)).toEqual(['4']);
  });

  test('a removal that another coordinator tells of is learned', async ({ skip }) => {
    skip(small === '', ROOT_ONLY);
    await pushAll('1', '2');
    const other = shelf(join(folder, 'other'), redis, () => (now += 1));
    await other.catalog.learn();
    fill();
    await other.push('3');
    await other.catalog.remove(other.catalog.version('app', '1') as Release, 'ann');
    await expect(one.catalog.learn()).rejects.toThrow(isFull);
    expect(await versions()).toEqual(['2']);
  });

  test('nobody hears of a removal that is not written, where the room for it is gone too', async ({ skip }) => {
    skip(small === '', ROOT_ONLY);
    await pushAll('1');
    rmSync(join(small, 'reserve'));
    fill();
    await expect(keepingOf().remove('app', '1', 'bob')).rejects.toThrow(isFull);
    const other = shelf(join(folder, 'other'), redis, () => (now += 1));
    await other.catalog.learn();
    expect((await other.catalog.list()).map(({ version }) => version)).toEqual(['1']);
    for (const ballast of readdirSync(small).filter((name) => name.startsWith('ballast'))) rmSync(join(small, ballast));
    await one.catalog.learn();
    fill();
    await keepingOf().remove('app', '1', 'bob');
    expect(await versions()).toEqual([]);
  });
});

describe('pruned', () => {
  test('all but the last ones, what is in use and what has a tag; first only told', async () => {
    await pushAll('1', '2', '3', '4', '5', '6');
    inUse('1', { how: 'active', host: 'pc2' });
    await one.catalog.tag('app', 'stable', '3', 'bob');
    const told = await keepingOf().prune({ app: '', dryRun: true, by: 'bob' });
    expect(told.removed.map(({ version }) => version)).toEqual(['2', '4']);
    expect(await versions()).toHaveLength(6);
    const done = await keepingOf().prune({ app: 'app', dryRun: false, by: 'bob' });
    expect(done).toEqual({ ...told, keep: 2 });
    expect([await versions(), removed]).toEqual([
      ['1', '3', '5', '6'],
      ['2', '4'],
    ]);
    expect((await keepingOf().prune({ app: '', keep: 0, dryRun: false, by: 'bob' })).removed).toHaveLength(2);
    expect(await versions()).toEqual(['1', '3']);
  });

  test('what is told to be freed is that of those which went', async () => {
    await pushAll('1', '2', '3', '4');
    let asked = 0;
    const keeping = keepingOf(async () => {
      asked += 1;
      return asked === 1 ? [] : [{ version: '1', use: { how: 'rollout', rollout: 'r9' } }];
    });
    const { removed: gone, bytes } = await keeping.prune({ app: 'app', dryRun: false, by: 'bob' });
    expect(gone.map(({ version }) => version)).toEqual(['2']);
    const { bytes: manifest } = await one.catalog.manifest(gone[0]?.digest ?? '');
    expect(bytes).toBe('own of 2'.length + manifest.length);
  });

  test('nothing of an app that is not there, and that is refused', async () => {
    const prune = (app: string): Promise<unknown> => keepingOf().prune({ app, dryRun: true, by: 'bob' });
    await expect(prune('nope')).rejects.toThrow('There is no release of nope. No release was pushed yet.');
    await pushAll('1');
    await expect(prune('nope')).rejects.toMatchObject({
      code: 'not_found',
      message: 'There is no release of nope. There are releases of app.',
    });
    await expect(prune('')).resolves.toMatchObject({ removed: [] });
  });

  test('nothing while Redis does not say what others have, in words that tell what to do', async () => {
    await pushAll('1');
    await redis.set(fleetKeys('test').apps, 'no set');
    await expect(keepingOf().prune({ app: '', dryRun: true, by: 'bob' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^No release can be removed: Redis says WRONGTYPE .*Try again when/) as string,
    });
  });
});

describe('contents that no release names', () => {
  const AGO = new Date(Date.now() - 2 * 3_600_000);
  const stored = (): string[] =>
    readdirSync(join(folder, 'blobs'))
      .filter((name) => name.length === 2)
      .flatMap((name) => readdirSync(join(folder, 'blobs', name)));
  const age = (): void => {
    for (const name of stored()) utimesSync(one.blobs.path(name), AGO, AGO);
  };

  /** Runs rounds until `done`. */
  async function rounds(done: () => Promise<boolean> | boolean): Promise<string[]> {
    const notices: string[] = [];
    const running = new Rounds({
      ...{ catalog: one.catalog, blobs: one.blobs, prune: async () => undefined, collected: () => undefined },
      clock: { now: () => Date.now(), after: () => () => undefined },
      notice: (sentence) => notices.push(sentence),
    });
    running.start();
    running.hasRemoved();
    await eventually(async () => (await done()) || notices.length > 0);
    await running.close();
    return notices;
  }

  test('go after an hour; what is named, or was sent or asked for just now, stays', async () => {
    await pushAll('1', '2');
    const keeping = keepingOf();
    const put = async (text: string): Promise<string> => {
      await one.blobs.put(sha256(text), Buffer.from(text));
      return sha256(text);
    };
    const [old, asked] = [await put('old'), await put('asked')];
    await keeping.remove('app', '1', 'bob');
    age();
    const young = await put('young');
    expect(await one.blobs.missing([asked])).toEqual([]);
    expect(await rounds(() => !stored().includes(old))).toEqual([]);
    const named = await namedContents(one.catalog);
    expect(stored().sort()).toEqual([...named, young, asked].sort());
    expect(stored()).not.toContain(sha256('own of 1'));
  });

  test('stay where it can not be read what a release names', async () => {
    await pushAll('1');
    const { digest } = (await one.catalog.list())[0]!;
    age();
    writeFileSync(one.blobs.path(digest), 'damaged');
    expect(await rounds(() => false)).toEqual([expect.stringMatching(/not cleared away/)]);
    expect(stored()).toContain(sha256('own of 1'));
  });

  test('a push that finds them in the very moment keeps them or sends them again', async () => {
    await pushAll('1');
    await keepingOf().remove('app', '1', 'bob');
    age();
    const pushing = (async () => {
      for (;;) {
        try {
          return await one.push('1', { own: 'own of 1', same: 'same' });
        } catch (error) {
          expect(String(error)).toMatch(/not sent yet|is not stored here/);
        }
      }
    })();
    await rounds(() => true);
    await pushing;
    const { digest } = (await one.catalog.list())[0]!;
    expect((await one.catalog.manifest(digest)).manifest.entries).toHaveLength(3);
    for (const name of await namedContents(one.catalog)) expect(await one.blobs.isWhole(name)).toBe(true);
  });

  test('kill -9 at random moments of clearing away: what is named is whole, the rest goes in the end', async () => {
    const STORE = fileURLToPath(new URL('../../../shared/dist/release/store/blob-store.js', import.meta.url));
    await pushAll('1');
    const named = await namedContents(one.catalog);
    for (let index = 0; index < 2_000; index += 1) {
      const content = randomBytes(20);
      one.blobs.putWhole(sha256(content), content);
    }
    await one.blobs.settle();
    age();
    const program = `
      const { BlobStore } = await import(${JSON.stringify(STORE)});
      const named = new Set(${JSON.stringify([...named])});
      await new BlobStore(${JSON.stringify(join(folder, 'blobs'))}).collect({ isLive: (one) => named.has(one), since: Date.now() - 1 });
    `;
    const collect = async (killAt: number): Promise<void> => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const before = stored().length;
      const reached = eventually(() => child.exitCode !== null || stored().length <= before - killAt, { everyMs: 1 });
      await Promise.race([reached, ended]);
      child.kill('SIGKILL');
      await ended;
    };
    for (let turn = 0; turn < 4; turn += 1) await collect(randomInt(1, 400));
    await collect(Infinity);
    expect(stored().sort()).toEqual([...named].sort());
    for (const name of named) expect(await one.blobs.isWhole(name)).toBe(true);
    expect(existsSync(join(folder, 'releases/app/1.json'))).toBe(true);
  });
});
