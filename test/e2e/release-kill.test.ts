/**
 * A sidecar that is killed with -9 at any moment of a staging, and at any moment at which it clears away: what stands under
 * a name afterwards is right, and asked again it comes to its end.
 */
import { existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { ensureToken } from '@outrider/shared/runtime/token.js';
import { readManifest } from '@outrider/shared/release/manifest.js';
import { blobPath } from '@outrider/shared/release/store/blob-files.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type BlobServer, startBlobServer } from '@outrider/sidecar/release/testing/blob-server.js';
import { type Sample, sampleOf } from '@outrider/sidecar/release/testing/sample.js';
import { differencesOf } from '@outrider/sidecar/release/tree.js';
import { Turns } from '@outrider/sidecar/release/turns.js';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Cluster, type ClusterHost, startCluster } from '../support/cluster.js';

vi.setConfig({ testTimeout: 400_000 });

/** Repeatable: the moments are drawn from it, but for the speed of the machine. */
let seed = 20_260_701;
function draw(below: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}
const FILES = 150;
const bytes = (text: string): Buffer => Buffer.from(`${text} `.repeat(1 + draw(300)));
const SHARED: Readonly<Record<string, Buffer>> = Object.fromEntries(
  Array.from({ length: FILES }, (_, at) => [`common/${at % 7}/s${at}`, bytes(`s${at}`)]),
);

function release(number: number): Sample {
  const own: Readonly<Record<string, Buffer>> = Object.fromEntries(
    Array.from({ length: FILES }, (_, at) => [`own/${at % 5}/o${at}`, bytes(`${number}-${at}`)]),
  );
  const odd = { 'agents.yaml': 'app: assistants\n', 'ä b/-rf': 'odd', link: { target: 'agents.yaml' } };
  const big = { big: Buffer.alloc(400_000, `${number}`) };
  return sampleOf(`${number}.0.0`, { ...odd, ...SHARED, ...own, ...big });
}
const RELEASES = [1, 2, 3, 4, 5].map(release);

let cluster: Cluster;
let host: ClusterHost;
let server: BlobServer;
let data: string;
let step = 0;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['pc2'], sidecar: { keep_releases: 1 } });
  // Only the sidecar is looked at.
  await cluster.coordinator.stop();
  host = cluster.host('pc2');
  data = join(cluster.folder, 'pc2/data');
  const contents = RELEASES.flatMap((sample) => sample.contents);
  server = await startBlobServer(contents, '127.0.0.1:0', ensureToken(cluster.layout.token));
}, 120_000);
afterAll(async () => {
  await server.close();
  await cluster.stop();
}, 120_000);

const up = (): Promise<unknown> =>
  eventually(() => host.remote.Status({}, { timeoutMs: 2_000 }), {
    timeoutMs: 60_000,
    describe: 'the sidecar to answer',
  });

async function stage({ documents }: Sample): Promise<void> {
  step += 1;
  const fence = { epoch: 1_000_000, rollout: 1_000_000, step };
  const command = { app: 'assistants', fence, holder: 'test', rollout: 'r1000000', by: 'test' };
  await host.remote.Stage({ command, ...documents, sources: [server.address] }, { timeoutMs: 20_000 });
}

const staged = ({ release: { digest } }: Sample): Promise<unknown> =>
  eventually(
    async () => {
      const { apps } = await host.remote.Status({}, { timeoutMs: 2_000 });
      const staging = apps.find(({ app }) => app === 'assistants')?.staging;
      if (staging?.state === 'failed') throw new Error(staging.reason);
      expect([staging?.digest, staging?.state]).toEqual([digest, 'done']);
    },
    { timeoutMs: 60_000, describe: 'the release to be staged' },
  );

const app = (...words: readonly string[]): string => join(data, 'releases/assistants', ...words);
const list = (folder: string): readonly string[] => (existsSync(folder) ? readdirSync(folder) : []);
const trees = (): readonly string[] => list(app()).filter((name) => /^[0-9a-f]{64}$/.test(name));
const blobs = (): readonly string[] =>
  list(join(data, 'blobs'))
    .filter((name) => name.length === 2)
    .flatMap((name) => list(join(data, 'blobs', name)));
const hash = (path: string): string => sha256(readFileSync(path));
const blob = (name: string): string => blobPath(join(data, 'blobs'), name);

/** Of what has its name, with nobody running who could still write it. */
async function expectNothingCorrupt(): Promise<void> {
  expect(blobs().filter((name) => hash(blob(name)) !== name)).toEqual([]);
  for (const kind of ['manifests', 'specs']) {
    const documents = list(app(kind)).filter((name) => name.endsWith('.json'));
    expect(documents.filter((name) => `${hash(app(kind, name))}.json` !== name)).toEqual([]);
  }
  for (const digest of trees()) {
    const { entries } = readManifest(readFileSync(app('manifests', `${digest}.json`)));
    const tree = { root: app(digest), entries, blob, links: false, turns: new Turns(1_000) };
    expect(await differencesOf(tree)).toEqual([]);
    // What it would be mended from.
    const lost = entries.filter((entry) => entry.kind === 'file' && !existsSync(blob(entry.sha256)));
    expect(lost).toEqual([]);
  }
}

const isBuilding = ({ release: { digest } }: Sample): boolean => existsSync(app(`${digest}.building`));

it('at any moment of a staging', async () => {
  const seen = { fetching: 0, building: 0, done: 0 };
  for (let kills = 0; kills < 20; kills += 1) {
    const sample = RELEASES[draw(RELEASES.length)] as Sample;
    await up();
    // More than it has: once the tree is on its way.
    const wanted = draw(2 * FILES);
    let served = 0;
    server.spoil = (_sha256, content) => {
      served += 1;
      return content;
    };
    await stage(sample);
    const isThere = (): boolean => trees().includes(sample.release.digest);
    await eventually(() => served > wanted || isBuilding(sample) || isThere(), {
      ...{ everyMs: 1, timeoutMs: 60_000, describe: () => `a moment to kill it\n${host.daemon.lastWords()}` },
    });
    await setTimeout(draw(20));
    await host.daemon.kill();
    seen[isThere() ? 'done' : isBuilding(sample) ? 'building' : 'fetching'] += 1;
    await expectNothingCorrupt();
    host.daemon.start();
  }
  // The moments are not all before or after.
  expect(Object.entries(seen).filter(([, times]) => times === 0)).toEqual([]);
  for (const sample of RELEASES) {
    await up();
    await stage(sample);
    await staged(sample);
    expect(trees()).toContain(sample.release.digest);
  }
  expect(list(join(data, 'incoming'))).toEqual([]);
  // What clears away would take trees from under whoever reads them.
  await host.daemon.stop();
  await expectNothingCorrupt();
  host.daemon.start();
});

/** As if all contents had come in long ago. */
const age = (): void => {
  for (const name of blobs()) utimesSync(blob(name), 1, 1);
};

it('at any moment at which releases are cleared away', async () => {
  let cleared = 0;
  for (let kills = 0; kills < 10; kills += 1) {
    await up();
    const sample = RELEASES[kills % RELEASES.length] as Sample;
    await stage(sample);
    await staged(sample);
    age();
    const [before, contents] = [trees().length, blobs().length];
    await eventually(() => trees().length < before || blobs().length < contents, {
      ...{ everyMs: 1, timeoutMs: 30_000, describe: () => `something to go\n${host.daemon.lastWords()}` },
    });
    await setTimeout(draw(25));
    await host.daemon.kill();
    if (list(app()).some((name) => name.endsWith('.removing')) || blobs().length < contents) cleared += 1;
    await expectNothingCorrupt();
    expect(trees()).toContain(sample.release.digest);
    host.daemon.start();
  }
  expect(cleared).toBeGreaterThan(0);
  const last = release(6);
  await server.close();
  server = await startBlobServer(last.contents, '127.0.0.1:0', ensureToken(cluster.layout.token));
  await up();
  await stage(last);
  await staged(last);
  age();
  await eventually(
    () => {
      expect([...list(app())].sort()).toEqual([last.release.digest, 'manifests', 'sources.json', 'specs'].sort());
      expect(blobs().length).toBe(new Set(last.contents.map((content) => sha256(content))).size);
    },
    { timeoutMs: 60_000 },
  );
  await host.daemon.stop();
  await expectNothingCorrupt();
});
