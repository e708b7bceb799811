/** What stays on a host and what goes: with real trees, and real contents behind them. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { NeededReleases } from '../supervise/ports.js';
import { createReleases, type HostReleases, type ReleasesOptions } from './releases.js';
import { type BlobServer, startBlobServer, TOKEN } from './testing/blob-server.js';
import { agentOf, type Sample, sampleOf } from './testing/sample.js';

const versions = [1, 2, 3, 4, 5, 6, 7].map((number) =>
  sampleOf(`${number}.0.0`, { 'agents.yaml': 'app: assistants\n', own: `of ${number}`, [`f${number}`]: 'shared' }),
);
const [ONE, TWO, THREE] = versions as [Sample, Sample, Sample];
const KEPT = { version: '1.0.0', digest: ONE.release.digest };
const MIXED = sampleOf('8.0.0', { own: 'of 8' }, { agents: [agentOf('old', { release: KEPT }), agentOf('new')] });
const NOTHING: NeededReleases = { releases: [], running: [] };

let folder: string;
let server: BlobServer;
let releases: HostReleases;
/** Before everything that is staged here. */
let tick = Date.now() - 10 * 3_600_000;

const create = (patch: Partial<ReleasesOptions> = {}): HostReleases =>
  createReleases({
    ...{ dataDir: folder, token: () => TOKEN, patienceMs: 0 },
    clock: { ...systemClock, now: () => (tick += 1_000) },
    ...patch,
  });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-cleaning-'));
  server = await startBlobServer([...versions, MIXED].flatMap(({ contents }) => contents));
  releases = create();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const NEVER = new AbortController().signal;
async function stage(sample: Sample, of = releases): Promise<void> {
  of.accept(sample.documents);
  await of.stage('assistants', sample.release, [server.address], () => undefined, NEVER);
}
const blobPath = (content: string, data = folder): string =>
  join(data, 'blobs', sha256(content).slice(0, 2), sha256(content));
/** As if all contents had come in long ago. */
function age(data = folder): void {
  for (const inner of readdirSync(join(data, 'blobs'))) {
    if (!/^..$/.test(inner)) continue;
    for (const name of readdirSync(join(data, 'blobs', inner))) utimesSync(join(data, 'blobs', inner, name), 1, 1);
  }
}
const needs = (...samples: readonly Sample[]): NeededReleases => ({
  releases: samples.map(({ release }) => ({ app: 'assistants', ...release })),
  running: [],
});
const app = (...words: readonly string[]): string => join(folder, 'releases/assistants', ...words);
const isWhole = (sample: Sample): boolean => {
  const documents = [
    app('manifests', `${sample.release.digest}.json`),
    app('specs', `${sample.release.specDigest}.json`),
  ];
  const [tree, ...others] = [app(sample.release.digest), ...documents].map((path) => existsSync(path));
  expect(others).toEqual([tree, tree]);
  return tree === true;
};

it('the last five stay, with what they share; of the others nothing does', async () => {
  for (const sample of versions) await stage(sample);
  age();
  expect(await releases.clean(NOTHING)).toEqual({ releases: 2, blobs: 2, bytes: 8, problems: [] });
  expect(versions.map(isWhole)).toEqual([false, false, true, true, true, true, true]);
  expect(['of 1', 'of 2', 'of 3', 'shared'].map((text) => existsSync(blobPath(text)))).toEqual([
    ...[false, false, true, true],
  ]);
  expect(readdirSync(app()).filter((name) => name.includes('.removing'))).toEqual([]);
  expect(() => releases.spec('assistants', ONE.release)).toThrow('assistants 1.0.0 is not staged on this host.');
  expect(await releases.clean(NOTHING)).toEqual({ releases: 0, blobs: 0, bytes: 0, problems: [] });
  // And back.
  await stage(ONE);
  expect(readFileSync(app(ONE.release.digest, 'own'), 'utf8')).toBe('of 1');
});

it('staging one again makes it one of the last', async () => {
  releases = create({ keep: 2 });
  for (const sample of [ONE, TWO, THREE, ONE]) await stage(sample);
  await releases.clean(NOTHING);
  expect([ONE, TWO, THREE].map(isWhole)).toEqual([true, false, true]);
});

it('what is active, was before, or runs stays however old it is; so does what agents are kept from', async () => {
  releases = create({ keep: 1 });
  for (const sample of versions) await stage(sample);
  await releases.clean({ ...needs(ONE), running: [{ app: 'assistants', version: '2.0.0' }] });
  expect(versions.map(isWhole)).toEqual([true, true, false, false, false, false, true]);
  await stage(MIXED);
  await releases.clean(needs(MIXED));
  // Of what agents are kept from, the spec that says so is the only one that is needed.
  expect(existsSync(app(ONE.release.digest))).toBe(true);
  expect(versions.slice(1).some(isWhole)).toBe(false);
  await releases.verify('assistants', MIXED.release, 'check');
  expect(releases.spec('assistants', MIXED.release).version).toBe('8.0.0');
});

it('contents that came in just now stay, for the next try of a staging that broke off', async () => {
  server.breakAfter = 1;
  await expect(stage(ONE)).rejects.toThrow(/could not be fetched/);
  server.breakAfter = undefined;
  await releases.clean(NOTHING);
  await stage(ONE);
  expect(server.asked.map((digests) => digests.length)).toEqual([3, 2]);
});

it('what a kill has left is cleared away: half of a removal, half of a tree, half of a document', async () => {
  await stage(ONE);
  const building = app(`${TWO.release.digest}.building`);
  const removing = app(`${THREE.release.digest}.removing`);
  for (const left of [building, removing]) mkdirSync(join(left, 'deep/er'), { recursive: true });
  writeFileSync(join(removing, 'deep/file'), 'x');
  writeFileSync(app('manifests', `${TWO.release.digest}.json.77.tmp`), '{"half');
  await releases.clean(NOTHING);
  expect(readdirSync(app()).sort()).toEqual([ONE.release.digest, 'manifests', 'sources.json', 'specs'].sort());
  expect(readdirSync(app('manifests'))).toEqual([`${ONE.release.digest}.json`]);
  expect(isWhole(ONE)).toBe(true);
});

it('contents stay where it is not known what is needed, and that is said', async () => {
  await stage(ONE);
  age();
  const manifest = app('manifests', `${ONE.release.digest}.json`);
  writeFileSync(manifest, 'scribbled');
  const { blobs, problems } = await releases.clean(NOTHING);
  expect([blobs, problems]).toEqual([0, [`${manifest} is damaged. Stage its release again.`]]);
  await stage(ONE);
  expect(isWhole(ONE)).toBe(true);
});

it('one that is being staged while others go loses nothing', async () => {
  releases = create({ keep: 1 });
  for (const sample of [ONE, TWO]) await stage(sample);
  for (let round = 0; round < 5; round += 1) {
    age();
    const staged = stage(round % 2 === 0 ? ONE : TWO);
    const cleaned = [releases.clean(NOTHING), releases.clean(NOTHING)];
    await Promise.all([staged, ...cleaned]);
    age();
    await releases.clean(NOTHING);
    const now = round % 2 === 0 ? ONE : TWO;
    expect([ONE, TWO].map(isWhole)).toEqual([now === ONE, now === TWO]);
    expect(existsSync(blobPath('shared'))).toBe(true);
    await releases.verify('assistants', now.release, 'check');
  }
});

it('removes a link, never what it leads to', async () => {
  await stage(ONE);
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'precious'), 'x');
  execFileSync('ln', ['-s', elsewhere, app(ONE.release.digest, 'link')]);
  releases = create({ keep: 1 });
  await stage(TWO);
  await releases.clean(NOTHING);
  expect([isWhole(ONE), existsSync(join(elsewhere, 'precious'))]).toEqual([false, true]);
});

it('where the disk is full, what nobody needs makes room, and a plan counts on that; what is needed never goes', async (test) => {
  const small = join(folder, 'small');
  mkdirSync(small);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small], { stdio: 'ignore' });
  } catch {
    test.skip('a small file system can be mounted by root only');
  }
  const big = [1, 2, 3].map((number) => sampleOf(`${number}.0.0`, { own: Buffer.alloc(700_000, `${number}`) }));
  const [first, second, third] = big as [Sample, Sample, Sample];
  try {
    await server.close();
    server = await startBlobServer(big.flatMap(({ contents }) => contents));
    let needed = needs(first, second);
    const onSmall = create({ dataDir: small, reserveBytes: 0, needed: () => needed });
    await stage(first, onSmall);
    await stage(second, onSmall);
    expect((await onSmall.needOf(third.documents)).problem).toMatch(/^Not enough space in .*small: this release needs/);
    await expect(stage(third, onSmall)).rejects.toThrow(/^Not enough space in /);
    for (const one of [first, second]) await onSmall.verify('assistants', one.release, 'check');
    needed = needs(second);
    expect((await onSmall.needOf(third.documents)).problem).toBeUndefined();
    await stage(third, onSmall);
    const standing = readdirSync(join(small, 'releases/assistants')).filter((name) => /^[0-9a-f]{64}$/.test(name));
    expect(standing.sort()).toEqual([second.release.digest, third.release.digest].sort());
    expect(statSync(join(small, 'releases/assistants', third.release.digest, 'own')).size).toBe(700_000);
  } finally {
    execFileSync('umount', [small]);
  }
});
