/** Hosts that trust keys: what none of them has signed is not run, whatever the coordinator says; the way back needs none. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { HostSpec, Release } from '@outrider/shared/domain/release.js';
import { keyId, publicKeyText } from '@outrider/shared/release/signature.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.js';
import { pids, tree, versions, web } from '../support/rollout-kit.js';

const APP = 'trusted';
const PORT = 19101;
const HOSTS = ['alpha', 'beta'];
const { privateKey } = generateKeyPairSync('ed25519');
const KEY = publicKeyText(privateKey);

// Sidecars and coordinators are restarted.
vi.setConfig({ testTimeout: 120_000 });
let cluster: Cluster;
let redis: Redis;

beforeAll(async () => {
  cluster = await startCluster({ hosts: HOSTS, coordinator: { keep_releases: 50 }, sidecar: { trusted_keys: [KEY] } });
  redis = new Redis(cluster.redis.url);
  mkdirSync(keys(), { recursive: true, mode: 0o700 });
  writeFileSync(join(keys(), `${keyId(KEY)}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  await cluster.push('1.0.0', app(1));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterAll(async () => {
  redis.disconnect();
  await cluster.stop();
});

const keys = (): string => join(cluster.folder, 'config', 'outrider', 'keys');
const journal = (): string => join(cluster.folder, 'journal');
const app = (rev: number) => ({
  ...tree(APP, { web: web(PORT, rev), api: web(PORT + 1, rev) }, { 'model.txt': `model ${rev}` }),
  hooks: { before_rollout: { command: ['sh', '-c', `echo before-${rev} >>${journal()}`], on: 'once' } },
});
const everywhere = (version: string) => Object.fromEntries(HOSTS.map((host) => [host, version]));

/** Each refusal comes before anything is touched. */
async function refused(version: string, sentence: RegExp): Promise<void> {
  const before = pids(cluster, APP);
  const [made, were] = [await cluster.rollout(version), await versions(cluster, APP)];
  expect(made.stderr + made.stdout).toMatch(sentence);
  expect(made.code).toBe(4);
  expect(were).toEqual(await versions(cluster, APP));
  expect(pids(cluster, APP)).toEqual(before);
}

/** Writes other words about a release where the coordinator keeps them, as somebody who has broken into it would. */
async function lieAbout(version: string, change: Partial<Release>): Promise<void> {
  await cluster.coordinator.stop();
  const file = join(cluster.folder, 'coordinator', 'data', 'releases', APP, `${version}.json`);
  const record = canonicalJson({ ...(JSON.parse(readFileSync(file, 'utf8')) as Release), ...change });
  writeFileSync(file, record);
  await redis.hset(fleetKeys('local').releases(APP), version, record);
  cluster.coordinator.start();
  await cluster.ready();
}

async function digestOf(version: string): Promise<string> {
  const shown = (await cluster.cli('release', 'show', version, '--json')).json<{ digest: string }>();
  return shown.digest;
}

async function trustedBy(...trusted: readonly string[]): Promise<void> {
  for (const host of cluster.hosts.values()) {
    const file = join(cluster.folder, `${host.name}.yaml`);
    const config = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...config, trusted_keys: trusted }));
    await host.daemon.restart();
  }
  await cluster.ready();
}

describe('what is signed runs', () => {
  it('on every host, and ls and show say by whom', async () => {
    expect(await versions(cluster, APP)).toEqual(everywhere('1.0.0'));
    const [listed] = (await cluster.cli('release', 'ls', '--json')).json<{ signatures: { key: string }[] }[]>();
    expect(listed?.signatures).toMatchObject([{ key: keyId(KEY) }]);
    expect((await cluster.cli('release', 'show', '1.0.0')).stdout).toContain(keyId(KEY));
    expect(readFileSync(journal(), 'utf8')).toBe('before-1\n');
  });

  it('and pushed again it is not signed anew', async () => {
    const before = (await cluster.cli('release', 'ls', '--json')).stdout;
    await cluster.push('1.0.0', app(1));
    expect((await cluster.cli('release', 'ls', '--json')).stdout).toBe(before);
  });
});

describe('a plan is refused', () => {
  it('for what is not signed, until somebody who knows what it is signs it', async () => {
    const pushed = await cluster.cli('release', 'push', cluster.release(app(2)), '--version', '1.1.0', '--no-sign');
    expect(pushed.code).toBe(0);
    await refused('1.1.0', /1\.1\.0 is not signed.*coordinator release sign 1\.1\.0/);
    const blind = await cluster.cli('release', 'sign', '1.1.0');
    expect([blind.code, blind.stderr]).toEqual([4, expect.stringMatching(/the coordinator alone says what it is/)]);
    // The command that it names works as it is pasted, also with another folder of keys.
    const others = join(cluster.folder, "other's keys");
    expect((await cluster.cli('release', 'key', 'create', '--keys', others)).code).toBe(0);
    const told = (await cluster.cli('release', 'sign', '1.1.0', '--keys', others)).stderr;
    const [, pasted = ''] = /say so: coordinator (.*)\.\n$/.exec(told) ?? [];
    expect(pasted).toMatch(/^release sign 1\.1\.0 --app \S+ --digest [0-9a-f]{64} --keys '.*other'\\''s keys'$/);
    const words = execFileSync('sh', ['-c', `printf '%s\\0' ${pasted}`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1);
    expect((await cluster.cli(...words)).code).toBe(0);
    const digest = await digestOf('1.1.0');
    expect((await cluster.cli('release', 'sign', '1.1.0', '--digest', 'a'.repeat(64))).code).toBe(4);
    expect((await cluster.cli('release', 'sign', '1.1.0', '--digest', digest)).code).toBe(0);
    expect((await cluster.rollout('1.1.0', '--plan')).code).toBe(10);
  });

  it('for what is signed by a stranger', async () => {
    const strange = join(cluster.folder, 'strange');
    expect((await cluster.cli('release', 'key', 'create', '--keys', strange)).code).toBe(0);
    const words = ['--version', '1.1.1', '--keys', strange];
    expect((await cluster.cli('release', 'push', cluster.release(app(3)), ...words)).code).toBe(0);
    await refused('1.1.1', /none of this host's trusted_keys/);
  });

  it('for another content under the name of what was signed', async () => {
    await cluster.push('1.1.2', app(4));
    await lieAbout('1.1.2', { digest: await digestOf('1.1.1') });
    await refused('1.1.2', /was altered: what was signed has the digest/);
  });
});

describe('a coordinator that lies about what to run is refused', () => {
  it('by the host itself, at stage', async () => {
    const { remote } = cluster.host('alpha');
    const shown = await cluster.coordinatorRemote().ShowRelease({ app: APP, version: '1.1.0' });
    const status = await remote.Status({});
    const own = status.apps.find((one) => one.app === APP)!;
    const { hostSpec: bytes } = await remote.KnownSpec({ app: APP, specDigest: own.active!.specDigest });
    const spec = JSON.parse(bytes.toString()) as HostSpec;
    const agents = spec.agents.map((agent) => ({ ...agent, command: ['touch', '/tmp/owned'] }));
    const digest = sha256(shown.manifest);
    const hostSpec = Buffer.from(canonicalJson({ ...spec, version: '1.1.0', digest, agents }));
    const fence = { ...own.fence!, step: own.fence!.step + 1 };
    const staged = remote.Stage({
      command: { app: APP, fence, holder: status.epochHolder, rollout: own.rollout ?? 'r1', by: 'mallory' },
      release: { version: '1.1.0', digest, specDigest: sha256(hostSpec) },
      ...{ manifest: shown.manifest, hostSpec, sources: [] },
      proof: { signatures: shown.release!.signatures, agentsYaml: shown.agentsYaml },
    });
    await expect(staged).rejects.toThrow(/does not follow from its signed agents\.yaml: web: "command/);
  });

  it('with a hook that the release does not have', async () => {
    const { remote } = cluster.host('alpha');
    const shown = await cluster.coordinatorRemote().ShowRelease({ app: APP, version: '1.1.0' });
    const { epoch, epochHolder: holder } = await remote.Status({});
    const { version, digest } = shown.release!;
    const answer = await remote.RunHook({
      ...{ app: APP, epoch, holder, rollout: 'r1', id: 'r1/before_rollout/evil', timeoutMs: 5_000, waitMs: 5_000 },
      ...{ hook: 'before_rollout', point: 'before_rollout', command: ['touch', journal()] },
      ...{ release: { version, digest, specDigest: sha256('') } },
      proof: { signatures: shown.release!.signatures, agentsYaml: shown.agentsYaml },
    });
    expect(answer).toMatchObject({ state: 'failed', reason: expect.stringMatching(/does not run here/) as string });
  });
});

describe('an old release', () => {
  it('given again is refused; signing it anew lets it through', async () => {
    await cluster.push('1.2.0', app(5));
    await cluster.push('1.3.0', app(6));
    expect((await cluster.rollout('1.3.0')).code).toBe(0);
    await refused('1.2.0', /1\.2\.0 was signed at .* has never run 1\.2\.0.*release sign 1\.2\.0/);
    expect((await cluster.cli('release', 'sign', '1.2.0')).code).toBe(0);
    expect((await cluster.rollout('1.2.0')).code).toBe(0);
    expect(await versions(cluster, APP)).toEqual(everywhere('1.2.0'));
  });

  it('that was active here is a way back without any key, also after the sidecars were killed', async () => {
    renameSync(keys(), `${keys()}-away`);
    for (const host of cluster.hosts.values()) await host.daemon.restart();
    await cluster.ready();
    for (const back of [[], ['--to', '1.0.0']]) {
      const made = await cluster.cli('rollback', ...back, '--app', APP, '--yes', '--json');
      expect([made.code, made.stderr]).toEqual([0, '']);
    }
    expect(await versions(cluster, APP)).toEqual(everywhere('1.0.0'));
    renameSync(`${keys()}-away`, keys());
  });
});

it('keys are changed without a gap', async () => {
  const rotated = (await cluster.cli('release', 'key', 'rotate', '--json')).json<{ id: string; public_key: string }>();
  await trustedBy(KEY, rotated.public_key);
  await cluster.push('2.0.0', app(7));
  expect((await cluster.rollout('2.0.0')).code).toBe(0);
  expect((await cluster.cli('release', 'key', 'rm', keyId(KEY), '--yes')).code).toBe(0);
  await trustedBy(rotated.public_key);
  await cluster.push('2.1.0', app(8));
  expect((await cluster.rollout('2.1.0')).code).toBe(0);
  // The old key alone has signed it, and is trusted no more.
  await refused('1.3.0', /none of this host's trusted_keys/);
  const back = await cluster.cli('rollback', '--app', APP, '--yes', '--json');
  expect([back.code, await versions(cluster, APP)]).toEqual([0, everywhere('2.0.0')]);
});

it('some agents alone come to a signed release, and the others stay at theirs', async () => {
  await cluster.push('2.2.0', app(9));
  const before = pids(cluster, APP);
  const made = await cluster.rollout('2.2.0', '--agents', 'web');
  expect([made.code, made.stderr]).toEqual([0, '']);
  const after = pids(cluster, APP);
  for (const host of HOSTS) expect(after[`${host}/api.0`]).toBe(before[`${host}/api.0`]);
  for (const host of HOSTS) expect(after[`${host}/web.0`]).not.toBe(before[`${host}/web.0`]);
});

describe('release verify', () => {
  interface Verified {
    readonly ok: boolean;
    readonly damaged: string[];
    readonly mended: string[];
    readonly problems: string[];
  }

  it('names and mends what is damaged on a host', async () => {
    const digest = await digestOf('2.0.0');
    const path = join(cluster.folder, 'alpha', 'data', 'releases', APP, digest, 'model.txt');
    writeFileSync(path, 'model of somebody else');
    const made = await cluster.cli('release', 'verify', '2.0.0', '--host', 'alpha', '--json');
    expect(made.json<Verified>()).toMatchObject({
      ok: true,
      damaged: ['model.txt'],
      mended: ['model.txt'],
      problems: [],
    });
    expect([made.code, readFileSync(path, 'utf8')]).toEqual([0, 'model 7']);
    expect((await cluster.cli('release', 'verify', '2.0.0', '--host', 'alpha')).stdout).toMatch(/all as it says/);
  });

  it('says so where a host does not have it', async () => {
    const made = await cluster.cli('release', 'verify', '1.1.1', '--host', 'beta');
    expect([made.code, made.stderr]).toEqual([4, expect.stringMatching(/1\.1\.1 is not on this host/)]);
  });

  it('names and mends what is to run of it there, and its manifest', async () => {
    const { active } = (await cluster.host('alpha').remote.Status({})).apps.find((one) => one.app === APP)!;
    const { version, digest } = active!;
    const folder = join(cluster.folder, 'alpha', 'data', 'releases', APP);
    const spec = join(folder, 'specs', `${active!.specDigest}.json`);
    const before = readFileSync(spec, 'utf8');
    for (const path of [spec, join(folder, 'manifests', `${digest}.json`)]) writeFileSync(path, '{}');
    const damaged = ['the manifest', `host spec ${active!.specDigest.slice(0, 12)}`];
    const made = await cluster.cli('release', 'verify', version, '--host', 'alpha', '--json');
    expect(made.json<Verified>()).toEqual({
      ...{ version, host: 'alpha', ok: true, damaged, mended: damaged, problems: [] },
      ...{ files: expect.any(Number) as number, bytes: expect.any(Number) as number },
    });
    expect(readFileSync(spec, 'utf8')).toBe(before);
  });

  const spoil = (who: string, content: string): void =>
    writeFileSync(join(cluster.folder, who, 'data', 'blobs', content.slice(0, 2), content), 'spoiled');

  it('brings back to a host from another what the coordinator has lost', async () => {
    const digest = await digestOf('2.0.0');
    for (const who of ['alpha', 'coordinator']) spoil(who, sha256('model 7'));
    writeFileSync(join(cluster.folder, 'alpha', 'data', 'releases', APP, digest, 'model.txt'), 'other');
    const made = await cluster.cli('release', 'verify', '2.0.0', '--host', 'alpha', '--json');
    const damaged = ['model.txt', 'stored content of model.txt'];
    expect(made.json<Verified>()).toMatchObject({ ok: true, damaged, mended: damaged, problems: [] });
  });

  it('brings back to the coordinator from hosts what it has lost, its manifest too', async () => {
    for (const content of [sha256('model 7'), await digestOf('2.0.0')]) spoil('coordinator', content);
    const made = await cluster.cli('release', 'verify', '2.0.0', '--json');
    const damaged = ['model.txt', 'the manifest'];
    expect(made.json<Verified>()).toMatchObject({ ok: true, damaged, mended: damaged, problems: [] });
    expect((await cluster.cli('release', 'verify', '2.0.0')).stdout).toMatch(/all as it says/);
  });

  it('says what is lost on the coordinator and on no host, until it is pushed again', async () => {
    await cluster.push('2.0.1', app(10));
    for (const content of [sha256('model 10'), await digestOf('2.0.1')]) spoil('coordinator', content);
    for (const words of [
      ['release', 'show', '2.0.1'],
      ['rollout', '--version', '2.0.1', '--plan'],
    ]) {
      const failed = await cluster.cli(...words);
      expect([failed.code, failed.stderr]).toEqual([
        4,
        expect.stringMatching(/The manifest of trusted 2\.0\.1 .*\(\/.*\).*coordinator release verify 2\.0\.1/),
      ]);
    }
    const made = await cluster.cli('release', 'verify', '2.0.1', '--json');
    expect(made.json<Verified>()).toMatchObject({ ok: false, damaged: ['the manifest'], mended: [] });
    expect([made.code, made.json<Verified>().problems.join(' ')]).toEqual([
      30,
      expect.stringMatching(/Push the release again/),
    ]);
    await cluster.push('2.0.1', app(10));
    expect((await cluster.cli('release', 'verify', '2.0.1')).code).toBe(0);
  });
});
