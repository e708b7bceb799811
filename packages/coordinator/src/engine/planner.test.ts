/** A plan is of the world as it is when all hosts have answered, however that moves meanwhile. */
import { expect, it } from 'vitest';
import type { AppStatus, HostStatus } from '@outrider/shared/domain/host.js';
import type { HostSpec, ManifestEntry, Release } from '@outrider/shared/domain/release.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { MemoryStore } from '../store/memory-store.js';
import { findRelease, planRelease, type PlanAsk, type PlannerOptions } from './planner.js';
import type { AskPreflight, Fleet, FleetHost, Releases } from './ports.js';

const FACTS = {
  ...{ diskNeededBytes: 1, diskFreeBytes: 2, diskReserveBytes: 3, memoryBytes: 4, memoryReservedBytes: 5 },
  ...{ cpus: 6, cpusReserved: 0.5 },
};
const well: AskPreflight = async () => ({ problems: [], notices: [], facts: FACTS });
const release: Release = {
  ...{ app: 'a', version: '2', digest: 'm', files: 1, bytes: 1, pushedAt: '', by: 'me' },
};

const app = (version: string): AppStatus => ({
  ...{ app: 'a', phase: 'idle', converged: true, waitingFor: '' },
  active: { version, digest: `d${version}`, specDigest: `s${version}` },
  agents: [{ name: 'vision', fingerprint: version, replicas: 1 }],
});

const host = (name: string, patch: Partial<FleetHost> = {}, version = '1'): FleetHost => ({
  ...{ name, address: '10.0.0.1', endpoint: `${name}:1`, labels: { turn: '0' }, state: 'up' },
  status: { host: name, bootId: name, apps: [app(version)], instances: [] } as unknown as HostStatus,
  ...patch,
});

class World {
  hosts: readonly FleetHost[] = [host('alpha'), host('beta')];
  setting = 'info';
  asked = 0;
  entries: readonly ManifestEntry[] = [];
  preflight: AskPreflight = well;

  options(): PlannerOptions {
    const store = new MemoryStore(
      () => 0,
      () => undefined,
    );
    const fleet = { hosts: () => this.hosts } as Fleet;
    const releases = {
      find: async () => release,
      list: async () => [release],
      manifest: async () => ({ manifest: { app: 'a', entries: this.entries }, bytes: new Uint8Array() }),
      spec: async () => ({ app: 'a', agents: [] }),
    } as Releases;
    return {
      ...{ store, specs: store, fleet, releases, reserved: [] },
      resolve: ({ host: { name } }) => ({ spec: this.specOf(name), problems: [] }),
      resolveGates: () => ({ gates: [], problems: [] }),
      preflight: (...asked) => {
        this.asked += 1;
        return this.preflight(...asked);
      },
    };
  }

  plan(patch: Partial<PlanAsk> = {}) {
    const ask: PlanAsk = {
      ...{ app: 'a', version: '2', hosts: [], labels: {}, orderBy: '', skipDown: true, bakeMs: 1_000 },
      ...{ strategy: 'rolling', autoPromote: false },
      ...patch,
    };
    return planRelease(ask, this.options());
  }

  private specOf(name: string): HostSpec {
    const agent = { name: 'vision', environment: { LEVEL: this.setting }, dependsOn: [], sockets: [], replicas: 1 };
    return {
      ...{ app: 'a', version: '2', digest: 'm', environment: 'test', host: name, hosts: {} },
      agents: [{ ...agent, healthchecks: [], fingerprint: `2 ${this.setting}`, stopGraceMs: 1, parallelism: 1 }],
    } as unknown as HostSpec;
  }
}

const moves: readonly (readonly [string, (world: World) => void])[] = [
  ['a host went down', (world) => (world.hosts = [host('alpha'), host('beta', { state: 'down' })])],
  ['another version became active', (world) => (world.hosts = [host('alpha', {}, '1'), host('beta', {}, '1.5')])],
  [
    'labels changed',
    (world) => (world.hosts = [host('alpha', { labels: { turn: '2' } }), host('beta', { labels: { turn: '1' } })]),
  ],
];

it.each([...moves, ['the settings of an agent changed', (world: World) => (world.setting = 'debug')] as const])(
  'has another id once %s, and the same until then',
  async (_what, move) => {
    const world = new World();
    const before = await world.plan({ orderBy: 'turn' });
    expect((await world.plan({ orderBy: 'turn' })).plan.plan).toBe(before.plan.plan);
    move(world);
    expect((await world.plan({ orderBy: 'turn' })).plan.plan).not.toBe(before.plan.plan);
  },
);

it.each(moves)('is of the world after hosts were asked, where %s meanwhile', async (_what, move) => {
  const [world, settled] = [new World(), new World()];
  world.preflight = async (...asked) => {
    if (world.asked === 1) move(world);
    return well(...asked);
  };
  move(settled);
  const [made, expected] = [await world.plan({ orderBy: 'turn' }), await settled.plan({ orderBy: 'turn' })];
  expect(made.plan).toEqual(expected.plan);
  expect(made.targets).toEqual(expected.targets);
});

it('gives hosts the longer to answer, the more there is for them to look at', async () => {
  const world = new World();
  const given: number[] = [];
  world.preflight = async (name, source, withinMs) => {
    given.push(withinMs);
    return well(name, source, withinMs);
  };
  await world.plan();
  world.entries = Array.from({ length: 100_000 }, (_, at) => ({ path: `f${at}`, kind: 'folder' }));
  await world.plan();
  expect(given).toEqual([5_000, 5_000, 25_000, 25_000]);
});

it('ends in a world that never stands still', async () => {
  const world = new World();
  world.preflight = async (...asked) => {
    world.hosts = [host('alpha', {}, `1.${world.asked}`), host('beta')];
    return well(...asked);
  };
  expect((await world.plan()).plan.hosts.map((one) => one.host)).toEqual(['alpha', 'beta']);
  expect(world.asked).toBeLessThan(10);
});

it('asks nobody about a wish that is wrong in itself, and takes silence for a problem', async () => {
  const world = new World();
  expect((await world.plan({ hosts: ['gamma'] })).plan.invalid).toBe(true);
  expect(world.asked).toBe(0);
  world.preflight = async (name) => {
    if (name === 'beta') throw new OutriderError('timeout', 'No answer from beta:1 in time.');
    return { problems: [], notices: [], facts: FACTS };
  };
  const { plan, world: ofTheMoment } = await world.plan({ skipDown: false });
  expect(plan.problems).toEqual([expect.stringMatching(/^Host beta did not answer.*No answer from beta:1 in time/)]);
  expect([plan.invalid, ofTheMoment]).toEqual([undefined, true]);
});

it('tells what it can where Redis is away', async () => {
  const world = new World();
  const options = world.options();
  const away = async (): Promise<never> => {
    throw new OutriderError('unavailable', 'Redis is away.');
  };
  const ask = { app: 'a', version: '2', hosts: [], labels: {}, orderBy: '', skipDown: true, bakeMs: 1 };
  const { plan } = await planRelease(
    { ...ask, strategy: 'rolling', autoPromote: false },
    { ...options, store: { ...options.store, list: away } },
  );
  expect(plan.notices?.[0]).toMatch(/^Redis does not answer/);
  expect(plan.hosts.length).toBe(2);
});

it('refuses some agents of several apps: their names say nothing', async () => {
  await expect(new World().plan({ app: 'a,b', agents: ['x'] })).rejects.toThrow('a and b are several');
});

it('says of how many releases it names only some', async () => {
  const of = (...versions: readonly string[]) =>
    ({ find: async () => undefined, list: async () => versions.map((version) => ({ ...release, version })) }) as Pick<
      Releases,
      'find' | 'list'
    > as Releases;
  await expect(findRelease('a', 'x', of('1', '2'))).rejects.toThrow('Known: 1, 2.');
  await expect(findRelease('a', 'x', of('1', '2', '3', '4', '5', '6', '7'))).rejects.toThrow(
    'Known: 3, 4, 5, 6, 7 and 2 more, as "coordinator release ls" shows.',
  );
});
