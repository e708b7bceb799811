/** Releases that are removed and tags that move, on the disks of several coordinators with one real Redis. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Release } from '@outrider/shared/domain/release.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Shelf, shelf } from '../testing/shelf.js';

let server: TestRedis;
let redis: Redis;
let folder: string;
let now: number;

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
  folder = mkdtempSync(join(tmpdir(), 'outrider-removal-'));
  now = Date.parse('2026-01-01T10:00:00Z');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string): Shelf => shelf(join(folder, name), redis, () => (now += 1000));
const versions = async ({ catalog }: Shelf): Promise<string[]> => (await catalog.list()).map(({ version }) => version);
const found = async ({ catalog }: Shelf, word: string): Promise<string | undefined> =>
  (await catalog.find('app', word))?.version;
const remove = async ({ catalog }: Shelf, version: string): Promise<boolean> =>
  catalog.remove(catalog.version('app', version) as Release, 'bob');

describe('a release that was removed', () => {
  test('is gone for every coordinator, and its name stays taken', async () => {
    const [one, two] = [at('one'), at('two')];
    await one.push('1', { a: '1' });
    await two.catalog.learn();
    expect(await remove(one, '1')).toBe(true);
    expect([await versions(one), await found(one, 'latest')]).toEqual([[], undefined]);
    await two.catalog.learn();
    expect(await versions(two)).toEqual([]);
    for (const shelf of [one, two, one.again(), at('three')]) {
      await expect(shelf.push('1', { a: '2' })).rejects.toThrow(/another content already.*was removed at/);
    }
  });

  test('comes back with the same content, for every coordinator, as the latest', async () => {
    const [one, two] = [at('one'), at('two')];
    await one.push('1', { a: '1' });
    await one.push('2');
    await remove(one, '1');
    await two.catalog.learn();
    expect(await two.push('1', { a: '1' }, 'eve')).toMatchObject({ isNew: true, release: { by: 'eve' } });
    await one.catalog.learn();
    for (const shelf of [one, two, one.again()]) expect(await versions(shelf)).toEqual(['2', '1']);
  });

  test('does not come back from the disk of one that knows nothing of it, nor from an emptied Redis', async () => {
    const [one, late] = [at('one'), at('late')];
    await one.push('1');
    await late.catalog.learn();
    await remove(one, '1');
    await redis.flushall();
    // It was away, and restores what it has: the release as it was.
    const late2 = late.again();
    await late2.catalog.restoreRedis();
    await one.again().catalog.restoreRedis();
    await late2.catalog.learn();
    expect([await versions(late2), await versions(one), await versions(at('new'))]).toEqual([[], [], []]);
    expect(JSON.parse(readFileSync(join(folder, 'late/releases/app/1.json'), 'utf8'))).toMatchObject({
      removed: { by: 'bob' },
    });
  });

  test('one that somebody has changed meanwhile is not removed', async () => {
    const [one, two] = [at('one'), at('two')];
    const { release } = await one.push('1');
    await two.catalog.learn();
    await remove(two, '1');
    await two.push('1');
    expect(await one.catalog.remove(release, 'bob')).toBe(false);
    expect(await versions(one)).toEqual(['1']);
  });

  test('is back at once where it turns out that somebody needs it', async () => {
    const one = at('one');
    const { release } = await one.push('1');
    await remove(one, '1');
    await one.catalog.bringBack(release);
    expect(await versions(one.again())).toEqual(['1']);
  });

  test('a record that is none is named when it is read', async () => {
    await at('one').push('1');
    writeFileSync(join(folder, 'one/releases/app/1.json'), '{');
    expect(() => at('one')).toThrow(/1\.json is no record of a release/);
  });
});

describe('a tag', () => {
  test('stands for a release, moves, goes, and is known to every coordinator', async () => {
    const [one, two] = [at('one'), at('two')];
    await one.push('1', { a: '1' });
    await one.push('2', { a: '2' });
    const { catalog } = one;
    expect(await catalog.tag('app', 'stable', '1', 'bob')).toBe('');
    expect([await found(one, 'stable'), catalog.tagsOf('app', '1')]).toEqual(['1', ['stable']]);
    expect(await catalog.tag('app', 'stable', '2', 'bob')).toBe('1');
    await two.catalog.learn();
    expect([await found(two, 'stable'), two.catalog.tagsOf('app', '1')]).toEqual(['2', []]);
    expect(await two.catalog.tag('app', 'stable', '', 'eve')).toBe('2');
    await redis.flushall();
    await two.catalog.restoreRedis();
    await catalog.learn();
    expect([await found(one, 'stable'), await found(one.again(), 'stable')]).toEqual([undefined, undefined]);
    await expect(catalog.tag('app', 'stable', '', 'bob')).rejects.toMatchObject({ code: 'not_found' });
  });

  test('is no version, and no version is called like one', async () => {
    const one = at('one');
    await one.push('1');
    await one.push('2', { a: '2' });
    await remove(one, '2');
    for (const name of ['1', '2']) {
      await expect(one.catalog.tag('app', name, '1', 'bob')).rejects.toThrow(/is a version of app/);
    }
    for (const name of ['latest', 'good', 'previous', '../x', '']) {
      await expect(one.catalog.tag('app', name, '1', 'bob')).rejects.toMatchObject({ code: 'invalid' });
    }
    await one.catalog.tag('app', 'stable', '1', 'bob');
    await expect(one.push('stable')).rejects.toThrow(/is a tag of app/);
  });
});

describe('what the disk does not take is told to nobody', () => {
  /** As long as it lasts no file can be made below it, whoever asks. */
  function blocked(path: string): () => void {
    const away = `${path}-away`;
    if (existsSync(path)) renameSync(path, away);
    writeFileSync(path, '');
    return () => {
      rmSync(path);
      if (existsSync(away)) renameSync(away, path);
    };
  }
  const problem = (file: string): object => ({
    code: 'unavailable',
    message: expect.stringMatching(new RegExp(`^Cannot use .*${file}: ENOTDIR`)) as string,
  });

  test('a tag does not come later, when there is room again', async () => {
    const [one, two] = [at('one'), at('two')];
    await one.push('1');
    const unblock = blocked(join(folder, 'one/tags/app'));
    await expect(one.catalog.tag('app', 'stable', '1', 'bob')).rejects.toMatchObject(problem('stable.json'));
    unblock();
    for (const { catalog } of [one, two]) await catalog.learn();
    expect([await found(one, 'stable'), await found(two, 'stable')]).toEqual([undefined, undefined]);
    expect(await one.catalog.tag('app', 'stable', '1', 'bob')).toBe('');
  });

  test('a release that was pushed or removed neither', async () => {
    const one = at('one');
    await one.push('1');
    const unblock = blocked(join(folder, 'one/releases/app'));
    await expect(one.push('2')).rejects.toMatchObject(problem('2.json'));
    await expect(remove(one, '1')).rejects.toMatchObject(problem('1.json'));
    unblock();
    await one.catalog.learn();
    expect(await versions(one)).toEqual(['1']);
  });

  test('and where Redis does not answer, nothing is left of it here', async () => {
    const one = at('one');
    await one.push('1');
    await one.catalog.tag('app', 'stable', '1', 'bob');
    await redis.set(fleetKeys('test').apps, 'no set');
    const tagging = one.catalog.tag('app', 'other', '1', 'bob');
    await expect(tagging).rejects.toMatchObject({ code: 'unavailable' });
    // What Redis itself has said is no word of a library.
    await expect(tagging).rejects.toThrow(/^No release can be named or removed: Redis says WRONGTYPE .*Try again when/);
    expect(readdirSync(join(folder, 'one/tags/app'))).toEqual(['stable.json']);
  });
});
