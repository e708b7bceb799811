/** How contents travel through a fleet: the difference alone, from the coordinator about once, from host to host. */
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.js';
import { tree, versions, web } from '../support/rollout-kit.js';

const APP = 'fixed';
const PORT = 18261;
const HOSTS = ['alpha', 'beta', 'delta', 'gamma'];
const noise = (bytes: number): string => randomBytes(bytes).toString('base64');

let cluster: Cluster;
let files: Record<string, string>;

beforeAll(async () => {
  cluster = await startCluster({ hosts: HOSTS, sidecar: { staging: { bandwidth: '3M' } } });
  files = Object.fromEntries(Array.from({ length: 300 }, (_none, index) => [`data/${index}.txt`, noise(3_000)]));
  files['model.bin'] = noise(2_000_000);
});
afterAll(() => cluster.stop());

interface Pushed {
  readonly bytes: number;
  readonly bytes_sent: number;
}

async function push(version: string): Promise<Pushed> {
  const folder = cluster.release(tree(APP, { vision: web(PORT) }, files));
  const result = await cluster.cli('release', 'push', folder, '--version', version, '--json');
  expect(result.code, result.stderr).toBe(0);
  return result.json<Pushed>();
}

/** What the coordinator has sent to hosts so far, in bytes. */
async function sentByCoordinator(): Promise<number> {
  const text = await (await fetch(`http://${cluster.layout.network}.1:7777/metrics`)).text();
  return Number(/^outrider_release_bytes_sent_total (\d+)/m.exec(text)?.[1]);
}

async function roll(version: string, ...words: readonly string[]): Promise<number> {
  const before = await sentByCoordinator();
  const result = await cluster.rollout(version, ...words);
  expect(result.code, result.stderr).toBe(0);
  return (await sentByCoordinator()) - before;
}

const everywhere = (version: string): Record<string, string> =>
  Object.fromEntries(HOSTS.map((host) => [host, version]));

/** The stored contents of a host that are larger than so many bytes. */
function largeBlobs(host: string, bytes: number): readonly string[] {
  const folder = join(cluster.folder, host, 'data', 'blobs');
  return readdirSync(folder)
    .filter((name) => /^[0-9a-f]{2}$/.test(name))
    .flatMap((name) => readdirSync(join(folder, name)).map((sha256) => join(folder, name, sha256)))
    .filter((path) => readFileSync(path).length > bytes);
}

describe('a release', () => {
  it('leaves the coordinator about once for four hosts', async () => {
    const { bytes, bytes_sent: sent } = await push('1.0.0');
    expect(sent).toBeGreaterThanOrEqual(bytes);
    expect(await roll('1.0.0')).toBeLessThan(1.5 * bytes);
    expect(await versions(cluster, APP)).toEqual(everywhere('1.0.0'));
    const text = await (await fetch(`http://${cluster.host('beta').address}:8000/metrics`)).text();
    expect(Number(/^outrider_stage_bytes_total\{from="peer".*\} (\d+)/m.exec(text)?.[1])).toBeGreaterThan(0);
  });

  it('sends nothing that is there already', async () => {
    expect((await push('1.0.1')).bytes_sent).toBeLessThan(2_000);
  });

  it('with a byte put in at the front of a large file and one small file changed sends little of it', async () => {
    files = { ...files, 'model.bin': `!${files['model.bin'] ?? ''}`, 'data/7.txt': noise(3_000) };
    const { bytes, bytes_sent: sent } = await push('2.0.0');
    expect(sent).toBeLessThan(bytes / 8);
    expect(await roll('2.0.0')).toBeLessThan(bytes / 5);
    expect(await versions(cluster, APP)).toEqual(everywhere('2.0.0'));
  });

  it('comes whole to every host where one of them is killed while it stages', async () => {
    files = Object.fromEntries(
      Object.keys(files).map((path) => [path, noise(path === 'model.bin' ? 4_000_000 : 3_000)]),
    );
    await push('3.0.0');
    const run = cluster.follow(['rollout', '--version', '3.0.0', '--yes', '--json', '--bake', '300ms']);
    const beta = cluster.host('beta');
    await eventually(async () => {
      const staging = (await beta.remote.Status({})).apps.find(({ app }) => app === APP)?.staging;
      return (staging?.bytesDone ?? 0) > 0 && staging?.state === 'running';
    });
    await beta.daemon.kill();
    beta.daemon.start();
    const result = await run.result;
    expect(result.code, result.stderr).toBe(0);
    expect(await versions(cluster, APP)).toEqual(everywhere('3.0.0'));
  });

  it('comes whole from elsewhere where a host that has it gives other bytes', async () => {
    files = { ...files, 'model.bin': noise(1_000_000) };
    await push('4.0.0');
    await roll('4.0.0', '--hosts', 'alpha');
    const [newest = ''] = largeBlobs('alpha', 1_000_000).filter(
      (path) => readFileSync(path, 'latin1') === files['model.bin'],
    );
    rmSync(newest);
    writeFileSync(newest, noise(1_000_000));
    await roll('4.0.0');
    expect(await versions(cluster, APP)).toEqual(everywhere('4.0.0'));
    expect(largeBlobs('beta', 1_000_000).map((path) => readFileSync(path, 'latin1'))).toContain(files['model.bin']);
  });
});
