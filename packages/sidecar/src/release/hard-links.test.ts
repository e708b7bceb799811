/** Trees whose files are names of the stored ones: only where nobody in them could change those, and never unnoticed. */
import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createReleases, type HostReleases } from './releases.js';
import { type BlobServer, startBlobServer, TOKEN } from './testing/blob-server.js';
import { agentOf, type Sample, sampleOf } from './testing/sample.js';

const CODE = 'print("hello")\n'.repeat(100);
const files = (yaml = 'app: assistants\n') => ({ 'agents.yaml': yaml, code: CODE, run: { run: '#!/bin/sh\n' } });
const other = agentOf('other', { user: 'somebody' });
const own = agentOf('own');
const ONE = sampleOf('1.0.0', files(), { agents: [other] });
/** The same files, and another agent in them. */
const ONE_TOO = sampleOf('1.0.0', files(), { agents: [other, own] });
const TWO = sampleOf('2.0.0', { ...files(), more: 'x' }, { agents: [other] });

let folder: string;
let server: BlobServer;
let releases: HostReleases;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-links-'));
  server = await startBlobServer([...ONE.contents, ...TWO.contents]);
  const couldWrite = ({ user }: { readonly user?: string }): boolean => user === undefined;
  releases = createReleases({ dataDir: folder, token: () => TOKEN, clock: systemClock, patienceMs: 0, couldWrite });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function stage(sample: Sample): Promise<void> {
  releases.accept(sample.documents);
  const never = new AbortController().signal;
  await releases.stage('assistants', sample.release, [server.address], () => undefined, never);
}
const blob = (content: string): string => join(folder, 'blobs', sha256(content).slice(0, 2), sha256(content));
const file = (sample: Sample, name = 'code'): string => join(releases.tree('assistants', sample.release), name);
const isLinked = (sample: Sample, name?: string): boolean => lstatSync(file(sample, name)).nlink > 1;

it('two releases and the store have one file, with the mode that the release says, and nothing more is on the disk', async () => {
  await stage(ONE);
  await stage(TWO);
  const found = [file(ONE), file(TWO), blob(CODE)].map((path) => lstatSync(path));
  expect(new Set(found.map(({ ino }) => ino)).size).toBe(1);
  expect(found.map(({ nlink, mode }) => [nlink, mode & 0o7777])).toEqual(Array(3).fill([3, 0o644]));
  expect(lstatSync(file(ONE, 'run')).mode & 0o7777).toBe(0o755);
  await stage(ONE);
  expect(isLinked(ONE)).toBe(true);
});

it('an agent that could change them makes them files of their own, before it is started', async () => {
  await stage(ONE);
  await stage(ONE_TOO);
  expect(isLinked(ONE)).toBe(false);
  writeFileSync(file(ONE), 'changed');
  expect(readFileSync(blob(CODE), 'utf8')).toBe(CODE);
});

it('what has been changed nevertheless is seen before it is used, and mended for all who share it', async () => {
  await stage(ONE);
  await stage(TWO);
  writeFileSync(file(ONE), CODE.replace('hello', 'jello'));
  for (const sample of [ONE, TWO]) {
    await expect(releases.verify('assistants', sample.release, 'check')).rejects.toThrow(
      /^code of assistants .* is not/,
    );
  }
  for (const sample of [ONE, TWO]) await releases.verify('assistants', sample.release, 'mend');
  for (const path of [file(ONE), file(TWO), blob(CODE)]) expect(readFileSync(path, 'utf8')).toBe(CODE);
});

it.each<[string, () => void]>([
  ['a mode was changed', () => chmodSync(file(ONE), 0o777)],
  [
    'a file has another name than the store knows',
    () => {
      renameSync(blob(CODE), join(folder, 'x'));
      writeFileSync(blob(CODE), CODE);
    },
  ],
])('is mended where %s', async (_what, harm) => {
  await stage(ONE);
  harm();
  await releases.verify('assistants', ONE.release, 'mend');
  expect([readFileSync(file(ONE), 'utf8'), lstatSync(file(ONE)).mode & 0o7777]).toEqual([CODE, 0o644]);
});

it('the same content with two modes is one of them linked, the other a copy', async () => {
  const both = sampleOf('3.0.0', { 'agents.yaml': '', plain: CODE, program: { run: CODE } }, { agents: [other] });
  await server.close();
  server = await startBlobServer(both.contents);
  await stage(both);
  expect([isLinked(both, 'plain'), isLinked(both, 'program')]).toEqual([true, false]);
  expect(['plain', 'program'].map((name) => lstatSync(file(both, name)).mode & 0o7777)).toEqual([0o644, 0o755]);
  await releases.verify('assistants', both.release, 'check');
});

it('another user reads and executes what is in a tree, and changes none of it, linked or not', async (test) => {
  if (process.getuid?.() !== 0) test.skip('only root can become somebody else');
  chmodSync(folder, 0o755);
  await stage(ONE);
  const attempts = [
    'echo x >> code',
    'rm code',
    'mv run code',
    'chmod 777 code',
    'echo x > new',
    'ln -sf /etc/passwd code',
  ];
  const as = { cwd: releases.tree('assistants', ONE.release), uid: 65_534, gid: 65_534 };
  for (const sample of [ONE, ONE_TOO]) {
    await stage(sample);
    expect(attempts.filter((attempt) => spawnSync('/bin/sh', ['-c', attempt], as).status === 0)).toEqual([]);
    expect(spawnSync('/bin/sh', ['-c', 'cat code && ./run'], as)).toMatchObject({
      status: 0,
      stdout: Buffer.from(CODE),
    });
    await releases.verify('assistants', sample.release, 'check');
  }
});

describe('a release whose own programs may run as root is copied', () => {
  it.each(['hooks:\n  before_rollout: { command: [true] }\n', '{"app": "x", "hooks": {}}'])('%j', async (yaml) => {
    const sample = sampleOf('4.0.0', files(yaml), { agents: [other] });
    await server.close();
    server = await startBlobServer(sample.contents);
    await stage(sample);
    expect(isLinked(sample)).toBe(false);
  });
});
