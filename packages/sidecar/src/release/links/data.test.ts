/** What agents keep across releases: filled once, linked into each tree, never taken away. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLimits } from '../../process/limits.js';
import { Scratch } from '../../process/testing/scratch.js';
import { createReleases } from '../releases.js';
import { type BlobServer, startBlobServer, TOKEN } from '../testing/blob-server.js';
import type { Sample } from '../testing/sample.js';
import { written } from '../testing/written.js';
import { NO_RUNNER } from './no-runner.js';

let scratch: Scratch;
let servers: BlobServer[];
beforeEach(() => {
  scratch = new Scratch();
  chmodSync(scratch.folder, 0o755);
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.close();
  await scratch.end();
});

const NEVER = new AbortController().signal;
const limits = createLimits({ controllers: () => new Set(), noNewPrivileges: false, uid: process.getuid?.() ?? 0 });
const sidecar = () =>
  createReleases({
    ...{ dataDir: scratch.path('data'), token: () => TOKEN, clock: systemClock, patienceMs: 0 },
    runner: {
      ...NO_RUNNER,
      ownerOf: (user) => limits.confinementOf({ ...(user === undefined ? {} : { user }) } as never).user,
    },
  });

async function stage(sample: Sample): Promise<void> {
  const server = await startBlobServer(sample.contents);
  servers.push(server);
  const of = sidecar();
  of.accept(sample.documents);
  await of.stage('assistants', sample.release, [server.address], () => undefined, NEVER);
}

const tree = (sample: Sample, path = ''): string =>
  join(scratch.path(`data/releases/assistants/${sample.release.digest}`), path);
const kept = (path = ''): string => scratch.path(`data/data/assistants/${path}`);
const text = (path: string): string => readFileSync(path, 'utf8');
const release = (version: string, data: string, files: Readonly<Record<string, string>>, user = '') =>
  written(version, `agents: { memory: { command: [x], data: ${data}${user} } }`, { 'agents/a.py': version, ...files });

it('is filled from the first release that names it; what later ones bring is not used, and that is told', async () => {
  const one = release('1.0.0', '[state/]', { 'state/seed': 'one', 'state/deep/er': 'x' });
  const two = release('2.0.0', '[state/]', { 'state/seed': 'two', 'state/new': 'two' });
  expect((await sidecar().needOf(one.documents)).notices).toEqual([]);
  await stage(one);
  expect([text(tree(one, 'state/seed')), text(tree(one, 'state/deep/er')), readlinkSync(tree(one, 'state'))]).toEqual([
    ...['one', 'x', kept('state')],
  ]);
  writeFileSync(tree(one, 'state/mine'), 'written');
  rmSync(tree(one, 'state/deep'), { recursive: true });
  expect((await sidecar().needOf(two.documents)).notices).toEqual([
    'state is data, and is there already: what the release has for it is not used.',
  ]);
  await stage(two);
  expect(readdirSync(tree(two, 'state')).sort()).toEqual(['mine', 'seed']);
  expect(text(tree(two, 'state/seed'))).toBe('one');
});

it('is a folder where only a file is named, so that a program may replace the file', async () => {
  const one = release('1.0.0', '[data/memory.db, data/cache/]', { 'data/memory.db': 'seed' });
  const two = release('2.0.0', '[data/memory.db, data/other.db]', {
    'data/memory.db': 'new',
    'data/other.db': 'other',
  });
  await stage(one);
  expect([readlinkSync(tree(one, 'data')), readdirSync(tree(one, 'data')).sort()]).toEqual([
    ...[kept('data'), ['cache', 'memory.db']],
  ]);
  writeFileSync(tree(one, 'data/memory.db.tmp'), 'saved');
  renameSync(tree(one, 'data/memory.db.tmp'), tree(one, 'data/memory.db'));
  await stage(two);
  expect([text(tree(two, 'data/memory.db')), text(tree(two, 'data/other.db'))]).toEqual(['saved', 'other']);
  // What an agent has removed does not come back.
  unlinkSync(tree(two, 'data/other.db'));
  await stage(release('3.0.0', '[data/memory.db, data/other.db]', { 'data/other.db': 'again' }));
  expect(existsSync(kept('data/other.db'))).toBe(false);
});

it('keeps nothing of what releases bring besides: what is put aside are the folders of programs alone', async () => {
  for (const version of ['1.0.0', '2.0.0', '3.0.0']) {
    const one = release(version, '[data/memory.db]', { 'data/memory.db': version });
    await stage(one);
    expect(readlinkSync(tree(one, 'data'))).toBe(kept('data'));
  }
  expect(text(kept('data/memory.db'))).toBe('1.0.0');
  expect(existsSync(scratch.path('data/data/.outrider/replaced'))).toBe(false);
});

it('stays as it is where releases go and trees are mended; a folder in the place of its link is put aside', async () => {
  const one = release('1.0.0', '[state/]', {});
  await stage(one);
  writeFileSync(tree(one, 'state/mine'), 'x');
  unlinkSync(tree(one, 'state'));
  mkdirSync(tree(one, 'state'));
  writeFileSync(tree(one, 'state/strange'), 'y');
  await sidecar().verify('assistants', one.release, 'check');
  await sidecar().verify('assistants', one.release, 'mend');
  expect([text(tree(one, 'state/mine')), existsSync(tree(one, 'state/strange'))]).toEqual(['x', false]);
  const replaced = scratch.path('data/data/.outrider/replaced/assistants');
  expect(readdirSync(replaced).map((name) => text(join(replaced, name, 'strange')))).toEqual(['y']);
  rmSync(scratch.path('data/releases'), { recursive: true });
  await stage(one);
  expect(text(tree(one, 'state/mine'))).toBe('x');
});

it('is not filled through a link that an agent has made', async () => {
  await stage(release('1.0.0', '[state/]', {}));
  mkdirSync(scratch.path('elsewhere'));
  symlinkSync(scratch.path('elsewhere'), kept('state/sub'));
  const two = release('2.0.0', '[state/, state/sub/deep/]', { 'state/sub/deep/x': 'x' });
  await expect(stage(two)).rejects.toThrow(/state\/sub is a symbolic link, so nothing is put below it/);
  expect(readdirSync(scratch.path('elsewhere'))).toEqual([]);
});

it.runIf(process.getuid?.() === 0)('belongs to the user of its agents, and is refused to another one', async () => {
  await stage(release('1.0.0', '[state/]', { 'state/seed': 'one' }, ', user: nobody'));
  expect([statSync(kept('state')), statSync(kept('state/seed'))].map(({ uid, mode }) => [uid, mode & 0o777])).toEqual([
    [65534, 0o700],
    [65534, 0o644],
  ]);
  const two = release('2.0.0', '[state/]', {}, ', user: daemon');
  const refusal =
    /The data in .*state are of the user 65534, and agents of assistants would use them as daemon \(1\): stop/;
  expect((await sidecar().needOf(two.documents)).problem).toMatch(refusal);
  await expect(stage(two)).rejects.toThrow(refusal);
  await expect(stage(release('3.0.0', '[state/]', {}, ', user: no-such-user'))).rejects.toThrow(
    /is no user of this host/,
  );
});
