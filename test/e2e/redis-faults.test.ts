/**
 * Redis restarted, emptied, set back and gone in the middle of a rollout: hosts never end in limbo, agents never stop
 * for it, and whoever looks on is told how it ended.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import type { CliResult, CliRun } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { pidsByInstance } from '../support/doubles.js';

const HOSTS = ['main-pc', 'pc2'];
// Leases have to run out.
vi.setConfig({ testTimeout: 120_000 });
let cluster: Cluster;
let serial = 0;
let active = '1.0.0';
let version: string;

const tree = () => ({
  files: { 'keep.txt': 'the same' },
  agents: {
    keep: { command: ['sleep', '3600'], files: ['keep.txt'], healthcheck: { exec: ['true'] } },
    worker: { command: ['sleep', '3600'], environment: { RELEASE: version }, healthcheck: { exec: ['true'] } },
  },
});

const begin = (...words: string[]): CliRun => cluster.follow(['rollout', '--version', version, '--json', ...words]);
const running = (host: string): Map<string, number[]> => pidsByInstance(cluster.agents(host));
const app = async (host: string) => (await cluster.host(host).remote.Status({}, { timeoutMs: 5_000 })).apps[0];

const onTrial = (host: string): Promise<boolean> =>
  eventually(async () => {
    const now = await app(host);
    return now?.phase === 'trial' && now.candidate?.version === version;
  });

/** The code is given; what was said besides must not claim anything else. */
function expectEnd(result: CliResult, code: number): OutriderEvent | undefined {
  expect([result.code, result.stderr]).toEqual([code, '']);
  return result.events<OutriderEvent>().at(-1);
}

/** Every host runs this version, each instance once, and nothing is under way. */
async function expectEverywhere(expected: string): Promise<void> {
  for (const host of HOSTS) {
    await eventually(async () => {
      const now = await app(host);
      expect([now?.active?.version, now?.candidate, now?.converged]).toEqual([expected, null, true]);
      expect(now?.phase).toMatch(/^(idle|staged|committed)$/);
    });
    const found = running(host);
    expect([...found.keys()].sort()).toEqual(['keep.0', 'worker.0']);
    for (const pids of found.values()) expect(pids).toHaveLength(1);
    expect(cluster.agents(host, 'worker').map((one) => one.version)).toEqual([expected]);
  }
}

/** After all that, a new version goes out as if nothing had been. */
async function expectWorks(): Promise<void> {
  version = `${version}-after`;
  await cluster.push(version, tree());
  expect(expectEnd(await begin('--bake', '0s').result, 0)).toMatchObject({ type: 'rollout.succeeded' });
  active = version;
  await expectEverywhere(active);
}

/** Data of Redis, on disk. */
const data = (): string => join(cluster.redis.dir, 'appendonlydir');

beforeAll(async () => {
  cluster = await startCluster({ hosts: HOSTS });
  version = active;
  await cluster.push(version, tree());
  expectEnd(await begin('--bake', '0s').result, 0);
});
afterAll(() => cluster.stop());

beforeEach(async ({ onTestFailed }) => {
  onTestFailed(() => console.error(cluster.lastWords()));
  serial += 1;
  version = `2.0.${serial}`;
  await cluster.push(version, tree());
});

it('restarted with its data in trial: the rollout goes on', async () => {
  const keeps = HOSTS.map((host) => running(host).get('keep.0'));
  const { result } = begin('--bake', '300ms');
  await onTrial('main-pc');
  await cluster.redis.kill();
  await cluster.redis.restart();
  await onTrial('pc2');
  await cluster.redis.restart();
  expect(expectEnd(await result, 0)).toMatchObject({
    type: 'rollout.succeeded',
    data: { hosts: { 'main-pc': 'committed', pc2: 'committed' } },
  });
  active = version;
  await expectEverywhere(active);
  expect(HOSTS.map((host) => running(host).get('keep.0'))).toEqual(keeps);
});

it.each<[string, () => Promise<void>]>([
  ['emptied', () => cluster.redis.empty()],
  [
    'lost with its data',
    async () => {
      await cluster.redis.kill();
      rmSync(data(), { recursive: true });
      await cluster.redis.restart();
    },
  ],
])('%s in trial: what hosts keep wins, and the rollout is taken back', async (_how, lose) => {
  const { result } = begin('--bake', '1h');
  await onTrial('main-pc');
  await lose();
  const last = expectEnd(await result, 20);
  expect(last).toMatchObject({ type: 'rollout.rolled_back', data: { from: active, to: version } });
  expect(last?.reason).toMatch(/the record of this rollout was lost, so it was taken back/);
  await expectEverywhere(active);
  const { releases } = await cluster.coordinatorRemote().ListReleases({});
  expect(releases.map((release) => release.version)).toEqual(expect.arrayContaining(['1.0.0', active, version]));
  await expectWorks();
});

it('set back to before the switch in trial: the rollout is taken back', async () => {
  const copy = join(cluster.folder, 'copy-of-redis');
  cpSync(data(), copy, { recursive: true });
  const { result } = begin('--bake', '1h');
  await onTrial('main-pc');
  await cluster.redis.kill();
  rmSync(data(), { recursive: true });
  cpSync(copy, data(), { recursive: true });
  await cluster.redis.restart();
  expect(expectEnd(await result, 20)).toMatchObject({ type: 'rollout.rolled_back' });
  await expectEverywhere(active);
  await expectWorks();
});

it('away in trial: agents are restarted, trials live as long as the leader may lead, then every host goes back', async () => {
  const { result } = begin('--bake', '1h', '--confirm-within', '2s');
  await onTrial('main-pc');
  await cluster.redis.kill();
  const since = new Date().toISOString();

  const [lost = 0] = running('main-pc').get('keep.0') ?? [];
  process.kill(lost, 'SIGKILL');
  await eventually(() => {
    const now = running('main-pc').get('keep.0');
    return now?.length === 1 && now[0] !== lost;
  });

  // Its own lease is good for some seconds more: it may still prolong what hosts have from it.
  let least = Number.POSITIVE_INFINITY;
  await eventually(async () => {
    const left = (await app('main-pc'))?.leaseRemainingMs ?? 0;
    const prolonged = left > least;
    least = left;
    return prolonged;
  });
  // It may not for ever.
  await expectEverywhere(active);
  expect((await app('main-pc'))?.outcome).toMatchObject({ result: 'reverted' });

  await cluster.redis.restart();
  expect(expectEnd(await result, 20)).toMatchObject({ type: 'rollout.rolled_back' });
  await expectEverywhere(active);
  await expectDelivered(since);
  await expectWorks();
});

/** What main-pc had to tell while Redis was away is in the stream, once each and in order. */
async function expectDelivered(since: string): Promise<void> {
  const redis = new Redis(cluster.redis.url);
  try {
    await eventually(async () => {
      const rows = await redis.xrange('outrider:{local}:events', '-', '+');
      const events = rows
        .map(([, fields]) => JSON.parse(fields[fields.indexOf('event') + 1] ?? '{}') as OutriderEvent)
        .filter((event) => event.host === 'main-pc' && event.at >= since);
      const told = events.filter((event) => event.agent === 'keep').map(({ type }) => type);
      expect(told).toEqual(['agent.exited', 'agent.starting', 'agent.ready']);
      const own = events.filter(({ agent }) => agent !== undefined);
      expect(own.map(({ at }) => at)).toEqual(own.map(({ at }) => at).sort());
      expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['rollout.host.reverting']));
    });
  } finally {
    redis.disconnect();
  }
}
