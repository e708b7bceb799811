/** Releases that are tagged, removed and pruned, as people do it and by themselves, on one coordinator and on two. */
import { randomBytes, randomInt } from 'node:crypto';
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { anotherCoordinator, firstCoordinator, serves } from '../support/more-coordinators.js';
import { absentContents, contentsOf, damagedContents, storedContents } from '../support/stored-release.js';

interface Listed {
  readonly version: string;
  readonly digest: string;
  readonly tags: readonly string[];
  readonly uses: readonly { readonly how: string; readonly host?: string }[];
  readonly by: string;
  readonly message?: string;
}

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha'], coordinator: { keep_releases: 3 } });
});
afterAll(() => cluster.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(cluster.lastWords())));

const tree = (app: string, version: string, files: Readonly<Record<string, string>> = {}) => ({
  app,
  agents: { web: { command: ['sleep', '1000'], environment: { VERSION: version } } },
  files,
});
const push = (app: string, version: string, more = '') =>
  cluster.push(version, tree(app, version, { own: `${app} ${version} ${more}` }));
const release = (...words: readonly string[]) => cluster.cli('release', ...words, '--json');
const listed = async (app: string): Promise<Listed[]> => (await release('ls', '--app', app)).json<Listed[]>();
const versions = async (app: string): Promise<string[]> => (await listed(app)).map(({ version }) => version);
const refused = async (words: readonly string[]): Promise<string> => {
  const { code, stderr } = await release(...words);
  expect(code, stderr).toBe(4);
  return stderr;
};

test('tags, and what keeps a release from being removed', async () => {
  const app = ['--app', 'kept'];
  await push('kept', '1');
  await push('kept', '2');
  for (const version of ['1', '2']) expect((await cluster.rollout(version, ...app)).code).toBe(0);
  await push('kept', '3');
  expect((await listed('kept')).map(({ version, uses }) => [version, uses.map(({ how }) => how)])).toEqual([
    ['1', ['previous', 'previous']],
    ['2', ['active', 'good']],
    ['3', []],
  ]);
  expect(await refused(['rm', '2', ...app])).toMatch(/2 of kept can't be removed: it is active on alpha/);
  expect(await refused(['rm', '1', ...app])).toMatch(/it is what alpha would go back to/);
  expect((await release('tag', '3', 'stable', ...app)).json()).toMatchObject({ version: '3', tags: ['stable'] });
  expect(await refused(['rm', '3', ...app])).toMatch(/has the tag stable/);
  // Wherever a version may stand.
  expect((await release('show', 'stable', ...app)).json()).toMatchObject({ version: '3', tags: ['stable'] });
  const done = (await cluster.rollout('stable', ...app)).events<{ type: string; data: object }>().at(-1);
  expect(done).toMatchObject({ type: 'rollout.succeeded', data: { to: '3' } });
  expect((await release('tag', '2', 'stable', ...app)).json()).toMatchObject({ version: '2' });
  expect((await release('tag', '--rm', 'stable', ...app)).code).toBe(0);
  expect((await cluster.cli('rollback', '--to', 'stable', '--yes', ...app)).code).toBe(2);
  const gone = await release('rm', '1', ...app);
  expect(gone.json(), gone.stderr).toMatchObject({ version: '1', bytes_freed: expect.any(Number) as number });
  expect(await versions('kept')).toEqual(['2', '3']);
  // The name stays taken; the same content may come back.
  await expect(push('kept', '1', 'another')).rejects.toThrow(/another content already.*It was removed at/);
  await push('kept', '1');
  expect(await versions('kept')).toEqual(['2', '3', '1']);
  const told = (await cluster.cli('events', '-n', '200', '--json')).events<{ type: string; app?: string }>();
  expect(told.filter((event) => event.app === 'kept' && /release/.test(event.type)).map(({ type }) => type)).toEqual([
    ...['release.pushed', 'release.pushed', 'release.pushed', 'release.tagged', 'release.tagged', 'release.tagged'],
    ...['release.removed', 'release.pushed'],
  ]);
});

test('the last ones stay by themselves, and whatever is in use', async () => {
  for (const version of ['1', '2', '3']) await push('many', version);
  expect((await cluster.rollout('1', '--app', 'many')).code).toBe(0);
  await release('tag', '2', 'keep', '--app', 'many');
  for (const version of ['4', '5', '6']) await push('many', version);
  // They may be still to come.
  expect(await versions('many')).toEqual(['1', '2', '3', '4', '5', '6']);
  expect((await cluster.rollout('6', '--app', 'many')).code).toBe(0);
  await push('many', '7');
  const expected = ['1', '2', '5', '6', '7'];
  await eventually(async () => JSON.stringify(await versions('many')) === JSON.stringify(expected));
  const told = (await release('prune', '--keep', '1', '--dry-run', '--app', 'many')).json<{ removed: Listed[] }>();
  expect(told.removed.map(({ version }) => version)).toEqual(['5']);
  expect(await versions('many')).toEqual(expected);
  const { stdout } = await cluster.cli('release', 'prune', '--keep', '1', '--app', 'many');
  expect(stdout).toMatch(/1 removed: .* of contents that nothing else has/);
  expect(stdout).toMatch(/of contents that nothing else has, manifests counted;/);
  expect((await cluster.cli('release', 'ls', '--app', 'nope')).stdout).toMatch(
    /^There is no release of nope yet\. Push one/,
  );
  const nope = await cluster.cli('release', 'prune', '--app', 'nope');
  expect([nope.code, nope.stderr]).toEqual([
    2,
    expect.stringMatching(/no release of nope\. There are releases of .*many/),
  ]);
  expect(await versions('many')).toEqual(['1', '2', '6', '7']);
});

test('every coordinator learns of it, also of one removal that Redis has forgotten', async () => {
  for (const version of ['1', '2']) await push('shared', version);
  const other = anotherCoordinator(cluster, 3, [], { keep_releases: 3 });
  const at = async (): Promise<string[]> =>
    (await other.remote.ListReleases({ app: 'shared' }, { timeoutMs: 20_000 })).releases.map(({ version }) => version);
  try {
    other.daemon.start();
    await serves(other);
    await eventually(async () => (await at()).length === 2);
    await other.daemon.kill();
    expect((await release('rm', '1', '--app', 'shared')).code).toBe(0);
    await cluster.redis.empty();
    // It restores what it knows: the release as it was.
    other.daemon.start();
    await serves(other);
    await cluster.coordinator.stop();
    cluster.coordinator.start();
    await serves(firstCoordinator(cluster));
    await eventually(async () => JSON.stringify(await at()) === '["2"]');
    expect(await versions('shared')).toEqual(['2']);
    await expect(push('shared', '1', 'another')).rejects.toThrow(/another content already/);
  } finally {
    await other.close();
  }
});

describe('contents that no release names', () => {
  const dataDir = (): string => join(cluster.folder, 'coordinator', 'data');
  const AGO = new Date(Date.now() - 2 * 3_600_000);
  const age = (): void => {
    const blobs = join(dataDir(), 'blobs');
    for (const folder of readdirSync(blobs).filter((name) => name.length === 2)) {
      for (const name of readdirSync(join(blobs, folder))) utimesSync(join(blobs, folder, name), AGO, AGO);
    }
  };

  test('go, through kill -9 of the coordinator; what is named stays whole', { timeout: 180_000 }, async () => {
    const own = (): Record<string, string> =>
      Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, randomBytes(30).toString('hex')]));
    await cluster.push('1', tree('cleared', '1', own()));
    await cluster.push('2', tree('cleared', '2', own()));
    const [first, second] = await listed('cleared');
    // Without the list of them, which the removal has read: it is spared for another hour.
    const [, ...going] = contentsOf(dataDir(), first?.digest ?? '');
    age();
    const before = storedContents(dataDir()).length;
    expect((await release('rm', '1', '--app', 'cleared')).code).toBe(0);
    for (const more of [1, randomInt(2, 300)]) {
      await eventually(() => storedContents(dataDir()).length <= before - more, { everyMs: 1, timeoutMs: 60_000 });
      await cluster.coordinator.kill();
      cluster.coordinator.start();
    }
    await cluster.ready();
    const left = (): string[] => {
      const stored = new Set(storedContents(dataDir()));
      return going.filter((name) => stored.has(name));
    };
    await eventually(() => left().length === 0, { timeoutMs: 60_000 });
    expect(absentContents(dataDir(), second?.digest ?? '')).toEqual([]);
    expect(damagedContents(dataDir())).toEqual([]);
    await cluster.push('3', tree('cleared', '3'));
    expect((await cluster.rollout('2', '--app', 'cleared')).code).toBe(0);
  });
});
