/** Where a release is pushed from, what of it travels, and what a push that was cut off leaves behind. */
import { execFileSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { absentContents, damagedContents, storedContents } from '../support/stored-release.js';

interface Pushed {
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  readonly bytes_sent: number;
  readonly commit?: string;
}
interface Shown {
  readonly entries: readonly { readonly kind: string; readonly path: string; readonly mode?: number }[];
  readonly source: object;
}

let cluster: Cluster;
let serial = 0;
beforeAll(async () => {
  cluster = await startCluster({ hosts: [] });
});
afterAll(() => cluster.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(cluster.lastWords())));

const dataDir = (): string => join(cluster.folder, 'coordinator', 'data');
const push = (from: string, version: string, ...words: readonly string[]) =>
  cluster.cli('release', 'push', from, '--version', version, '--json', ...words);
const shown = async (version: string): Promise<Shown> =>
  (await cluster.cli('release', 'show', version, '--app', 'pushed', '--json')).json<Shown>();
const paths = async (version: string): Promise<string[]> => (await shown(version)).entries.map(({ path }) => path);

const AGENTS = JSON.stringify({ app: 'pushed', agents: { web: { command: ['sleep', '60'] } } });

/** A folder with an agents.yaml. */
function folderOf(files: Readonly<Record<string, string | Buffer>>): string {
  serial += 1;
  const folder = join(cluster.folder, 'from', String(serial));
  for (const [path, content] of Object.entries({ 'agents.yaml': AGENTS, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const git = (folder: string, ...words: readonly string[]): string => {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'init.defaultBranch=main'];
  const env = { PATH: process.env['PATH'], HOME: cluster.folder, GIT_CONFIG_NOSYSTEM: '1' };
  return execFileSync('git', [...who, '-C', folder, ...words], { env, encoding: 'utf8', stdio: 'pipe' }).trim();
};

/** Nothing that was unpacked is left; TMPDIR is the folder of the cluster. */
const leftBehind = (): string[] => readdirSync(cluster.folder).filter((name) => name.startsWith('outrider-push-'));

test('a folder: without what .gitignore names, told so; the same again sends nothing', async () => {
  const folder = folderOf({
    '.gitignore': '.venv/\n*.bin\n',
    '.outriderignore': '!model.bin\nnotes/\n',
    ...{ '.venv/lib/x.py': 'x', 'model.bin': 'weights', 'other.bin': 'o', 'notes/n': 'n', 'src/a.py': 'a' },
  });
  mkdirSync(join(folder, 'empty'));
  const first = await push(folder, 'f1', '--message', 'the first');
  expect(first.code, first.stderr).toBe(0);
  expect(first.stderr).toMatch(/Left out, as \.gitignore says: (\.venv, other\.bin|other\.bin, \.venv)\./);
  expect(await paths('f1')).toEqual(['.gitignore', 'agents.yaml', 'empty', 'model.bin', 'src/a.py']);
  expect(first.json<Pushed>().bytes_sent).toBe(first.json<Pushed>().bytes);
  const again = (await push(folder, 'f1')).json<Pushed>();
  expect(again).toEqual({ ...first.json<Pushed>(), bytes_sent: 0 });
  writeFileSync(join(folder, 'src/a.py'), 'changed');
  expect((await push(folder, 'f2')).json<Pushed>().bytes_sent).toBe('changed'.length);
});

test('an archive, from a file and from standard input, is the same release as its folder', async () => {
  const folder = folderOf({ 'src/a.py': 'a', run: '#!/bin/sh\n' });
  symlinkSync('src/a.py', join(folder, 'link'));
  execFileSync('chmod', ['700', join(folder, 'run')]);
  mkdirSync(join(folder, 'empty'));
  const archive = join(cluster.folder, 'release.tgz');
  execFileSync('tar', ['-czf', archive, '-C', dirname(folder), folder.slice(dirname(folder).length + 1)]);
  const { digest } = (await push(folder, 'a1')).json<Pushed>();
  const fromFile = await push(archive, 'a2');
  expect(fromFile.json<Pushed>()).toMatchObject({ digest, bytes_sent: 0 });
  // Through a pipe as a shell makes it.
  const words = ['release', 'push', '-', '--version', 'a3', '--json'];
  const piped = await cluster.follow(words, { input: readFileSync(archive) }).result;
  expect(piped.json<Pushed>(), piped.stderr).toMatchObject({ digest });
  expect((await shown('a3')).source).toEqual({ kind: 'tar' });
  const text = await push(join(folder, 'agents.yaml'), 'a4');
  expect([text.code, text.stderr]).toEqual([2, expect.stringMatching(/it is no tar archive/)]);
  expect(leftBehind()).toEqual([]);
});

test('what git has at a reference, also of a folder in a repository', async () => {
  const folder = folderOf({ 'sub/agents.yaml': AGENTS, 'sub/kept.py': 'v1', '.gitignore': 'kept.py\n' });
  git(folder, 'init', '--quiet');
  git(folder, 'add', '--force', '.');
  git(folder, 'commit', '--quiet', '-m', 'one');
  git(folder, 'tag', 'v1');
  writeFileSync(join(folder, 'sub/kept.py'), 'v2');
  const commit = git(folder, 'rev-parse', 'HEAD');
  const whole = await push(folder, 'g1', '--git', 'v1');
  expect(whole.json<Pushed>(), whole.stderr).toMatchObject({ files: 4, commit });
  expect((await shown('g1')).source).toEqual({ kind: 'git', ref: 'v1', commit });
  const part = await push(join(folder, 'sub'), 'g2', '--git', 'HEAD');
  expect(part.json<Pushed>(), part.stderr).toMatchObject({ files: 2, commit });
  expect(await paths('g2')).toEqual(['agents.yaml', 'kept.py']);
  const { stdout } = await cluster.cli('release', 'push', folderOf({}), '--version', 'g4');
  expect(stdout).toMatch(/^pushed g4: 1 file, /);
  for (const [ref, words] of [
    ['--output=x', /this is no reference/],
    ['nowhere', /git knows no commit nowhere/],
  ] as const) {
    const { code, stderr } = await push(folder, 'g3', `--git=${ref}`);
    expect([code, stderr]).toEqual([2, expect.stringMatching(words)]);
  }
  const outside = await push(folderOf({}), 'g3', '--git', 'HEAD');
  expect([outside.code, outside.stderr]).toEqual([2, expect.stringMatching(/is in no git repository/)]);
  expect(leftBehind()).toEqual([]);
});

test('submodules and pointers of Git LFS are told of', async () => {
  const folder = folderOf({ 'model.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n' });
  git(folder, 'init', '--quiet');
  git(folder, 'add', '.');
  git(folder, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},vendor`);
  git(folder, 'commit', '--quiet', '-m', 'one');
  const { code, stderr } = await push(folder, 's1', '--git', 'HEAD');
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/vendor is a submodule/);
  expect(stderr).toMatch(/1 contents are pointers of Git LFS/);
});

test('while Redis is away a push says what to do, in no words of a library, and that what has come stays', async () => {
  const folder = folderOf({ new: randomBytes(1_000) });
  await cluster.redis.kill();
  const { code, stderr } = await cluster.cli('release', 'push', folder, '--version', 'r1');
  await cluster.redis.restart();
  await cluster.ready(0);
  expect({ code, stderr }).toEqual({
    code: 5,
    stderr:
      'Error: No release can be named or removed while Redis does not answer. Try again when it is back; ' +
      '`coordinator doctor` tells why it is away. What has arrived stays: the same push again sends the rest.\n',
  });
  let sent: number | undefined;
  await eventually(async () => {
    const again = await push(folder, 'r1');
    if (again.code === 0) sent = again.json<Pushed>().bytes_sent;
    return again.code === 0;
  });
  expect(sent).toBe(0);
});

test('Ctrl-C leaves nothing of an archive behind', async () => {
  const run = cluster.follow(['release', 'push', '-', '--version', 'c1'], { keepInputOpen: true });
  await eventually(() => leftBehind().length > 0);
  run.kill('SIGINT');
  expect((await run.result).code).not.toBe(0);
  expect(leftBehind()).toEqual([]);
});

describe('kill -9 at random moments of a push', () => {
  const many = (): Record<string, Buffer> =>
    Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`d${index % 9}/f${index}`, randomBytes(64_000)]));

  /** Some more contents have arrived than there were. */
  const moment = async (more: number, before: number): Promise<void> => {
    await eventually(() => storedContents(dataDir()).length >= before + more, { everyMs: 1 });
  };

  test('of the command: the next push sends only the rest', async () => {
    const folder = folderOf(many());
    for (let turn = 0; turn < 4; turn += 1) {
      const before = storedContents(dataDir()).length;
      const run = cluster.follow(['release', 'push', folder, '--version', 'k1', '--json']);
      await Promise.race([moment(randomInt(1, 60), before), run.result]);
      run.kill('SIGKILL');
      await run.result;
    }
    const { bytes, bytes_sent: sent, digest } = (await push(folder, 'k1')).json<Pushed>();
    expect(sent).toBeLessThan(bytes);
    expect(absentContents(dataDir(), digest)).toEqual([]);
    expect(damagedContents(dataDir())).toEqual([]);
  });

  test('of the coordinator: nothing is corrupt, and the same push again ends well', async () => {
    const folder = folderOf(many());
    for (let turn = 0; turn < 3; turn += 1) {
      const before = storedContents(dataDir()).length;
      const run = cluster.follow(['release', 'push', folder, '--version', 'k2', '--json']);
      await Promise.race([moment(randomInt(1, 60), before), run.result]);
      await cluster.coordinator.kill();
      const { code, stderr } = await run.result;
      if (code !== 0) expect([code, stderr]).toEqual([5, expect.stringMatching(/./)]);
      cluster.coordinator.start();
      await cluster.ready(0);
    }
    const { bytes, bytes_sent: sent, digest } = (await push(folder, 'k2')).json<Pushed>();
    expect(sent).toBeLessThan(bytes);
    expect(absentContents(dataDir(), digest)).toEqual([]);
    expect(damagedContents(dataDir())).toEqual([]);
  });
});
