import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import grpcServer from '@grpc/grpc-js';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { sidecarProto } from '@outrider/shared/rpc/loader.js';
import { startGrpcServer } from '@outrider/shared/rpc/server.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { SimulatedHost } from '@outrider/shared/testing/simulated-host.js';
import {
  sidecarService,
  type SidecarGrpc,
  type SidecarGrpcOptions,
  startSidecarGrpc,
} from '@outrider/sidecar/link/grpc.js';
import type { AgentControl, HostControl } from '@outrider/sidecar/link/ports.js';
import { Redis } from 'ioredis';
import type { HostCommand } from '../engine/ports.js';
import { askSpec } from './known-spec.js';
import { askPreflight } from './preflight.js';
import { LiveFleet, type LiveFleetOptions } from './live-fleet.js';
import { NO_HEALTH, NOBODY_LOOKS, NOTHING_TO_CHECK, TRUSTS_ALL } from '@outrider/sidecar/testing/no-trust.js';

const NO_TRUST = { trust: TRUSTS_ALL, checks: NOTHING_TO_CHECK, health: NO_HEALTH, self: NOBODY_LOOKS };

const TOKEN = 'a-token-of-some-length';
const DAMPING = { perLoss: 1_000, cutoff: 2_500, reuse: 1_000, halfLifeMs: 1_000, ceiling: 4_000 };
const QUICK = { suspectMs: 100, checkMs: 100, answerMs: 1_000, reconnectMs: 10, reconnectMaxMs: 50 };
const release = { version: '2', digest: 'd', specDigest: 's' };

const FACTS = {
  ...{ diskNeededBytes: 1, diskFreeBytes: 2, diskReserveBytes: 3, memoryBytes: 4, memoryReservedBytes: 5 },
  ...{ cpus: 6, cpusReserved: 0.5 },
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const AGENTS = { instances: () => [] } as unknown as AgentControl;
const SAMPLES: SidecarGrpcOptions['samples'] = {
  samples: (app, metrics) => ({ periodMs: 5_000, rollout: `${app} ${metrics.join()}`, agents: [] }),
};
const hooks: SidecarGrpcOptions['hooks'] = { ask: () => Promise.reject(new Error('nobody asks')) };
const contents: SidecarGrpcOptions['contents'] = { send: () => Readable.from([]) };
const preflight: SidecarGrpcOptions['preflight'] = async ({ release }) => ({
  ...{ problems: [`no room for ${release.version}`], notices: ['a guess'] },
  facts: FACTS,
});
const specs: SidecarGrpcOptions['specs'] = {
  knownSpec: (...of) => Buffer.from(of.join(' ')),
  knownManifest: (...of) => Buffer.from(of.join(' ')),
};
const LOGS = { last: async () => [], follow: () => [] } as never;

/** A model host as a sidecar's gRPC face asks it. */
function model(name: string, pid = 1): { host: SimulatedHost; control: HostControl; say: () => void } {
  const listeners = new Set<() => void>();
  const say = (): void => {
    for (const listener of listeners) listener();
  };
  const host = new SimulatedHost(name, 'a', () => 'good', say);
  const nobodyAsks = (): never => {
    throw new Error('Nobody asks for it here.');
  };
  const control: HostControl = {
    status: () => ({ ...host.status(), sidecar: { pid, version: '0', startedAt: '' } }),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    bindEpoch: (epoch, holder) => host.bindEpoch(epoch, holder),
    stage: (command, source) => host.stage(command, source),
    switchTo: (command, to, within, record) => host.switchTo(command, to, within, record),
    renew: (renewal) => host.renew(renewal),
    commit: (command) => host.commit(command),
    revert: (command, reason) => host.revert(command, reason),
    revertHere: nobodyAsks,
    emergency: nobodyAsks,
    resume: nobodyAsks,
    scale: nobodyAsks,
  };
  return { host, control, say };
}

/** A sidecar's gRPC face over a model host. */
async function sidecar(
  name: string,
  listen = '127.0.0.1:0',
  pid = 1,
): Promise<{ host: SimulatedHost; grpc: SidecarGrpc; say: () => void }> {
  const { host, control, say } = model(name, pid);
  const grpc = await startSidecarGrpc({
    ...{ host: control, agents: AGENTS, logs: LOGS, samples: SAMPLES, preflight, specs, hooks, contents, ...NO_TRUST },
    listen: [listen],
    tokens: () => [TOKEN],
    onBug: (error) => {
      throw error;
    },
  });
  closers.push(() => grpc.close());
  return { host, grpc, say };
}

/** A gRPC server that has none of the calls. */
async function oldSidecar(): Promise<string> {
  const server = new grpcServer.Server();
  server.addService(sidecarProto().types.outrider.v1.Sidecar.service, {});
  closers.push(() => server.forceShutdown());
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpcServer.ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(`127.0.0.1:${port}`) : reject(error),
    );
  });
}

function fleetOf(options: Partial<LiveFleetOptions>): LiveFleet {
  const fleet = new LiveFleet({
    ...{
      environment: 'local',
      configured: [],
      token: TOKEN,
      sources: () => ['127.0.0.1:1'],
      loadManifest: () => Promise.reject(new Error('none is stored')),
      clock: systemClock,
      times: QUICK,
      refreshMs: 20,
    },
    ...options,
  });
  closers.push(() => fleet.close());
  return fleet;
}

const record = (name: string, endpoint: string) => ({ name, address: '127.0.0.1', endpoint, labels: {} });
const command = (step: number): HostCommand => ({
  ...{ app: 'a', fence: { epoch: 3, rollout: 1, step }, holder: 'me', rollout: 'r1', by: 'ann' },
});

describe('the live fleet', () => {
  it('follows what hosts say, and gives them commands', async () => {
    const { host, grpc } = await sidecar('pc2');
    const fleet = fleetOf({ configured: [record('pc2', grpc.addresses[0]!)] });
    expect(fleet.host('pc2')?.state).toBe('suspect');
    await eventually(() => fleet.host('pc2')?.state === 'up');
    expect((await fleet.commands('pc2').bindEpoch(3, 'me')).epochHolder).toBe('me');
    const documents = { release, manifest: new Uint8Array([1]), hostSpec: new Uint8Array([2]), strategy: '' as const };
    expect(await fleet.commands('pc2').stage(command(1), documents)).toMatchObject({ staging: { state: 'running' } });
    host.work();
    await eventually(() => fleet.host('pc2')?.status?.apps[0]?.staging?.state === 'done');
    await fleet.commands('pc2').switchTo(command(2), release, 5_000, '{}');
    host.work();
    await eventually(() => fleet.host('pc2')?.status?.apps[0]?.phase === 'trial');
    await fleet.commands('pc2').renew({ app: 'a', epoch: 3, holder: 'me', rollout: 'r1', confirmWithinMs: 5_000 });
    expect(await fleet.commands('pc2').commit(command(3))).toMatchObject({ phase: 'idle', active: release });
    expect(await fleet.commands('pc2').revert(command(4), 'why')).toMatchObject({ fence: { step: 4 } });
    await expect(fleet.commands('pc2').revert(command(2), 'late')).rejects.toMatchObject({ code: 'refused' });
    expect(await fleet.samples('pc2', 'a', ['errors'], 2_000)).toEqual({
      ...{ periodMs: 5_000, rollout: 'a errors', agents: [] },
    });
    await expect(fleet.samples('pc9', 'a', [], 2_000)).rejects.toMatchObject({ code: 'unavailable' });
    expect(() => fleet.commands('pc9')).toThrow('no host "pc9"');
  });

  it('asks hosts beforehand, also one that does not know the question', async () => {
    const { grpc } = await sidecar('pc2');
    const old = await oldSidecar();
    const fleet = fleetOf({ configured: [record('pc2', grpc.addresses[0]!), record('pc3', old)] });
    const ask = askPreflight(fleet);
    const documents = { manifest: new Uint8Array([1]), hostSpec: new Uint8Array([2]) };
    const source = { app: 'a', release, ...documents, strategy: '' as const };
    expect(await ask('pc2', source, 5_000)).toEqual({
      ...{ problems: ['no room for 2'], notices: ['a guess'], prepare: [], facts: FACTS },
    });
    expect(await ask('pc3', source, 5_000)).toBeUndefined();
    await grpc.close();
    await expect(ask('pc2', source, 5_000)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(ask('pc9', source, 5_000)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('asks a host for a spec that it was given', async () => {
    const { grpc } = await sidecar('pc2');
    const fleet = fleetOf({ configured: [record('pc2', grpc.addresses[0]!), record('pc3', await oldSidecar())] });
    const ask = askSpec((name) => fleet.remote(name));
    expect(await ask('pc2', 'a', 'digest', 5_000)).toBe('a digest');
    await expect(ask('pc3', 'a', 'digest', 5_000)).rejects.toMatchObject({ code: 'invalid' });
    await expect(ask('pc9', 'a', 'digest', 5_000)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('believes what a host says rather than an answer from before', async () => {
    const { host, control } = model('pc2');
    let asked = 0;
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    const proto = sidecarProto();
    const server = await startGrpcServer({
      ...{ service: proto.types.outrider.v1.Sidecar.service, proto, listen: ['127.0.0.1:0'], tokens: () => [TOKEN] },
      implementation: {
        ...sidecarService({
          host: control,
          agents: AGENTS,
          logs: LOGS,
          samples: SAMPLES,
          preflight,
          specs,
          hooks,
          ...NO_TRUST,
          contents,
        }),
        Status: async () => {
          const status = host.status();
          asked += 1;
          await held;
          return status;
        },
      },
      open: new Set(['Status', 'WatchStatus']),
      onBug: (error) => {
        throw error;
      },
    });
    closers.push(() => server.close());
    const fleet = fleetOf({ configured: [record('pc2', server.addresses[0]!)], times: { ...QUICK, answerMs: 60_000 } });
    await eventually(() => asked === 1);
    const seen: (string | undefined)[] = [];
    fleet.onChange(({ status }) => seen.push(status?.apps[0]?.staging?.state));
    await fleet.commands('pc2').bindEpoch(3, 'me');
    await fleet.commands('pc2').stage(command(1), { release, manifest: new Uint8Array(), hostSpec: new Uint8Array() });
    await eventually(() => seen.includes('running'));
    answer();
    await eventually(() => asked >= 3);
    expect(seen.slice(seen.indexOf('running'))).not.toContain(undefined);
  });

  it('needs the token for commands, and says so', async () => {
    const { grpc } = await sidecar('pc2');
    const fleet = fleetOf({ configured: [record('pc2', grpc.addresses[0]!)], token: 'another-token-entirely' });
    await eventually(() => fleet.host('pc2')?.state === 'up');
    await expect(fleet.commands('pc2').bindEpoch(1, 'me')).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it.each([
    ['main-pc', 'local', /is main-pc of local, not pc2 of local$/],
    ['pc2', 'production', /is pc2 of local, not pc2 of production$/],
  ])('counts a host as down where %s answers a coordinator of %s in its place', async (name, environment, sentence) => {
    const { grpc, say } = await sidecar(name);
    const said: string[] = [];
    const fleet = fleetOf({
      ...{ environment, configured: [record('pc2', grpc.addresses[0]!)], times: { ...QUICK, suspectMs: 60_000 } },
      notice: (told) => said.push(told),
    });
    await eventually(() => fleet.host('pc2')?.state === 'down');
    say();
    expect(fleet.host('pc2')?.mistaken).toMatch(sentence);
    expect(fleet.host('pc2')?.status).toBeUndefined();
    expect(said).toEqual([fleet.host('pc2')?.mistaken]);
  });

  it('turns a lost host suspect, then down, keeps its last word, and finds it again', async () => {
    const first = await sidecar('pc2');
    const endpoint = first.grpc.addresses[0]!;
    const fleet = fleetOf({ configured: [record('pc2', endpoint)] });
    const seen: string[] = [];
    fleet.onChange(({ state }) => {
      if (seen.at(-1) !== state) seen.push(state);
    });
    await eventually(() => fleet.host('pc2')?.state === 'up');
    await first.grpc.close();
    await eventually(() => fleet.host('pc2')?.state === 'down');
    expect(fleet.host('pc2')?.status?.host).toBe('pc2');
    await sidecar('pc2', endpoint);
    await eventually(() => fleet.host('pc2')?.state === 'up');
    // Before the first answer it may be taken for down.
    expect(seen.slice(seen.indexOf('up'))).toEqual(['up', 'suspect', 'down', 'up']);
  });
});

describe('a host that is lost again and again', () => {
  async function loseAndFind(
    pids: readonly number[],
  ): Promise<{ readonly fleet: LiveFleet; readonly seen: boolean[] }> {
    let { grpc } = await sidecar('pc2');
    const [endpoint = ''] = grpc.addresses;
    const fleet = fleetOf({ configured: [record('pc2', endpoint)], times: { ...QUICK, damping: DAMPING } });
    await eventually(() => fleet.host('pc2')?.state === 'up');
    const seen: boolean[] = [];
    fleet.onChange(({ flapping }) => seen.push(flapping === true));
    for (const pid of pids) {
      await grpc.close();
      await eventually(() => fleet.host('pc2')?.state !== 'up');
      grpc = (await sidecar('pc2', endpoint, pid)).grpc;
      await eventually(() => fleet.host('pc2')?.state === 'up');
    }
    return { fleet, seen };
  }

  it('flaps, and by itself does so no more once it is steady, which is told', async () => {
    const { fleet, seen } = await loseAndFind([1, 1, 1, 1, 1]);
    expect(seen).toContain(true);
    await eventually(() => seen.at(-1) === false);
    expect(fleet.host('pc2')).not.toHaveProperty('flapping');
  });

  it('does not flap where its sidecar was started anew each time', async () => {
    const { seen } = await loseAndFind([2, 3, 4, 5, 6]);
    // A loss counts until the next sidecar explains it.
    expect(seen).not.toContain(true);
  });
});

describe('the registry', () => {
  let server: TestRedis;
  let redis: Redis;
  const keys = fleetKeys('test');
  beforeEach(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
    redis.on('error', () => undefined);
    closers.push(
      () => server.stop(),
      () => redis.disconnect(),
    );
  });

  it('tells of hosts, which stay known when it is emptied or away', async () => {
    const { grpc } = await sidecar('pc2');
    await redis.hset(keys.hosts, 'broken', '{');
    await redis.hset(keys.hosts, 'pc2', JSON.stringify(record('pc2', grpc.addresses[0]!)));
    const fleet = fleetOf({ registry: { redis, keys } });
    await fleet.start();
    await eventually(() => fleet.host('pc2')?.state === 'up');
    await redis.flushall();
    const moved = await sidecar('pc2');
    const news = { ...record('pc2', moved.grpc.addresses[0]!), metrics: '10.0.0.2:9000' };
    await redis.hset(keys.hosts, 'pc2', JSON.stringify(news));
    await eventually(
      () => fleet.host('pc2')?.endpoint === moved.grpc.addresses[0] && fleet.host('pc2')?.state === 'up',
    );
    expect(fleet.host('pc2')?.metrics).toBe('10.0.0.2:9000');
    await server.kill();
    const heard: (HostStatus | undefined)[] = [];
    fleet.onChange(({ status }) => heard.push(status));
    moved.say();
    await eventually(() => heard.length > 0);
    expect(fleet.hosts().map(({ name, state }) => [name, state])).toEqual([['pc2', 'up']]);
  });

  it('hears of a host that nothing reaches from here: it is cut off, and down once nobody hears of it', async () => {
    const { grpc } = await sidecar('pc2');
    await redis.hset(keys.hosts, 'pc2', JSON.stringify(record('pc2', grpc.addresses[0]!)));
    // As the coordinator's own: what can't be asked now is refused.
    const impatient = new Redis(server.url, { enableOfflineQueue: false, maxRetriesPerRequest: 0 });
    impatient.on('error', () => undefined);
    closers.push(() => impatient.disconnect());
    const fleet = fleetOf({ registry: { redis: impatient, keys } });
    await fleet.start();
    await eventually(() => fleet.host('pc2')?.state === 'up');
    await redis.set(keys.presence('pc2'), 'before');
    await grpc.close();
    // What was said before it was lost is no proof.
    await eventually(() => fleet.host('pc2')?.state === 'down');
    await redis.set(keys.presence('pc2'), 'since');
    await eventually(() => fleet.host('pc2')?.cutOff === true);
    expect(fleet.host('pc2')?.state).toBe('suspect');
    await redis.del(keys.presence('pc2'));
    await eventually(() => fleet.host('pc2')?.state === 'down');
    expect(fleet.host('pc2')).not.toHaveProperty('cutOff');
    // A late witness refutes it.
    await redis.set(keys.presence('pc2'), 'again');
    await eventually(() => fleet.host('pc2')?.state === 'suspect');
    expect(fleet.host('pc2')?.cutOff).toBe(true);
    // With Redis away nobody says so any more.
    await server.kill();
    await eventually(() => fleet.host('pc2')?.state === 'down');
  });

  it('keeps to an endpoint that a person has written down, and to no other', async () => {
    const { grpc } = await sidecar('pc2');
    const [endpoint = ''] = grpc.addresses;
    const elsewhere = (name: string) => redis.hset(keys.hosts, name, JSON.stringify(record(name, '127.0.0.1:1')));
    await Promise.all([elsewhere('pc2'), elsewhere('pc3')]);
    const configured = [{ ...record('pc2', endpoint), fixed: true }, record('pc3', endpoint)];
    const fleet = fleetOf({ configured, registry: { redis, keys } });
    await fleet.start();
    expect(fleet.hosts().map((host) => [host.name, host.endpoint])).toEqual([
      ['pc2', endpoint],
      ['pc3', '127.0.0.1:1'],
    ]);
  });

  it('adds the labels of the configuration to those that a sidecar has itself', async () => {
    const registered = { ...record('pc2', '127.0.0.1:1'), labels: { gpu: 'yes', disk: 'fast' } };
    await redis.hset(keys.hosts, 'pc2', JSON.stringify(registered));
    const configured = [{ ...record('pc2', '127.0.0.1:1'), labels: { zone: 'z1', gpu: 'no' } }];
    const fleet = fleetOf({ configured, registry: { redis, keys } });
    expect(fleet.host('pc2')?.labels).toEqual({ zone: 'z1', gpu: 'no' });
    await fleet.start();
    expect(fleet.host('pc2')?.labels).toEqual({ zone: 'z1', gpu: 'yes', disk: 'fast' });
  });
});
