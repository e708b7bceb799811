/** Plans and rollbacks of some agents, over a fleet that says what it runs and a store that may have lost it. */
import { describe, expect, it } from 'vitest';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import type { HostSpec, Release, ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { MemoryStore } from '../store/memory-store.js';
import { planRelease } from './planner.js';
import type { AskSpec, Fleet, FleetHost, Releases, SpecStore } from './ports.js';
import { planRollback, type RollbackOptions } from './rollback-planner.js';

const HOSTS = { alpha: ['vision', 'speech', 'memory'], beta: ['vision'] };
type Name = keyof typeof HOSTS;

const agent = (name: string, version: string): HostAgent =>
  ({
    ...{ name, command: [name], environment: { REV: version }, dependsOn: [], sockets: [], replicas: 1 },
    ...{
      files: [],
      workingDir: '.',
      healthchecks: [],
      fingerprint: `${name} ${version}`,
      stopGraceMs: 1,
      parallelism: 1,
    },
  }) as unknown as HostAgent;

const specOf = (version: string, host: Name): HostSpec => ({
  ...{ app: 'a', version, digest: `d${version}`, environment: 'test', host, hosts: {} },
  agents: HOSTS[host].map((name) => agent(name, version)),
});

const refOf = (spec: HostSpec): ReleaseRef => ({
  ...{ version: spec.version, digest: spec.digest },
  specDigest: digestOf(spec),
});

const NOTHING_KEPT: SpecStore = { saveSpecs: async () => undefined, loadSpec: async () => undefined };

/** A fleet on which releases are committed by saying so. */
class World {
  readonly active = new Map<Name, HostSpec>();
  readonly previous = new Map<Name, HostSpec>();
  readonly store = new MemoryStore(
    () => 0,
    () => undefined,
  );
  history: Rollout[] = [];
  mixes = true;
  readonly down = new Set<string>();
  readonly held = new Set<string>();
  private isForgetful = false;
  asked: string[] = [];

  constructor() {
    for (const host of ['alpha', 'beta'] as const) this.commit(host, specOf('1', host));
  }

  commit(host: Name, spec: HostSpec): void {
    const before = this.active.get(host);
    if (before !== undefined) this.previous.set(host, before);
    this.active.set(host, spec);
    void this.store.saveSpecs(new Map([[digestOf(spec), canonicalJson(spec)]]));
  }

  /** The store as it is after a month. */
  forget(): void {
    this.isForgetful = true;
  }

  get options(): RollbackOptions {
    const releases = {
      find: async (_app: string, version: string) => ({ app: 'a', version, digest: `d${version}` }) as Release,
      list: async () => [],
      manifest: async () => ({ manifest: { app: 'a', entries: [] }, bytes: new Uint8Array() }),
      spec: async () => ({ app: 'a', agents: HOSTS.alpha.map((name) => agent(name, '')) }),
    } as Releases;
    const hosts = [...this.active.keys()].map((name) => this.host(name));
    const fleet = { hosts: () => hosts, host: (name: string) => hosts.find((one) => one.name === name) };
    const store = Object.assign(Object.create(this.store) as MemoryStore, {
      list: async () => this.history.map((rollout) => ({ rollout, revision: 1 })),
    });
    return {
      ...{
        store,
        specs: this.isForgetful ? NOTHING_KEPT : this.store,
        fleet: fleet as unknown as Fleet,
        releases,
        reserved: [],
      },
      resolve: ({ version, host }) => ({ spec: specOf(version, host.name as Name), problems: [] }),
      resolveGates: () => ({ gates: [], problems: [] }),
      askSpec: (...asked: Parameters<AskSpec>) => this.askSpec(...asked),
    };
  }

  /** As a host does: it has every spec that it was ever given. */
  askSpec: AskSpec = async (host, _app, digest) => {
    this.asked.push(host);
    const known = [this.active.get(host as Name), this.previous.get(host as Name)];
    const found = known.find((spec) => spec !== undefined && digestOf(spec) === digest);
    if (found === undefined) throw new OutriderError('not_found', 'It was never staged here.');
    return canonicalJson(found);
  };

  plan(version: string, agents: readonly string[], hosts: readonly string[] = [], skipDown = false) {
    const ask = { ...{ app: 'a', version, hosts, agents, labels: {}, orderBy: '', skipDown, bakeMs: 1 } };
    return planRelease({ ...ask, strategy: 'rolling', autoPromote: false }, this.options);
  }

  back(agents: readonly string[], to = '', hosts: readonly string[] = []) {
    return planRollback({ app: 'a', to, hosts, agents, strategy: 'selective' }, this.options);
  }

  /** Its hosts have what was planned. */
  async rollOut(version: string, agents: readonly string[], hosts: readonly string[] = []): Promise<void> {
    const { targets } = await this.plan(version, agents, hosts);
    for (const { host, spec } of targets) this.commit(host.name as Name, spec);
  }

  private host(name: Name): FleetHost {
    const [active, previous] = [this.active.get(name), this.previous.get(name)];
    const app = {
      ...{ app: 'a', phase: 'idle', converged: true, waitingFor: '' },
      ...(active === undefined ? {} : { active: refOf(active) }),
      ...(previous === undefined ? {} : { previous: refOf(previous) }),
      agents: (active?.agents ?? []).map(({ release, ...one }) => ({
        ...{ name: one.name, fingerprint: one.fingerprint, replicas: 1 },
        ...(release === undefined ? {} : { version: release.version }),
      })),
    };
    const status = {
      host: name,
      bootId: name,
      apps: [app],
      instances: [],
      ...(this.mixes ? { mixesReleases: true } : {}),
      ...(this.held.has(name) ? { hold: { by: 'ada', since: 'then', reason: '' } } : {}),
    };
    return {
      ...{ name, address: '10.0.0.1', endpoint: `${name}:1`, labels: {}, state: this.down.has(name) ? 'down' : 'up' },
      status: status as unknown as HostStatus,
    };
  }
}

/** `agent version` of all that a spec has. */
const told = ({ agents, version }: HostSpec): string[] =>
  agents.map(({ name, release }) => `${name} ${release?.version ?? version}`).sort();
const at = (world: World, host: Name): string[] => told(world.active.get(host) as HostSpec);

describe('a plan for one agent', () => {
  it('changes the hosts that have it, and there nothing else', async () => {
    const world = new World();
    const { plan, targets } = await world.plan('2', ['speech']);
    expect([plan.problems, plan.hosts.map(({ host }) => host), plan.agents]).toEqual([[], ['alpha'], ['speech']]);
    expect(targets.map(({ spec }) => told(spec))).toEqual([['memory 1', 'speech 2', 'vision 1']]);
    expect(plan.hosts[0]?.settings?.map((change) => change.agent)).toEqual(['speech']);
  });

  it('asks the host for what the store has lost, and refuses where nobody knows it', async () => {
    const world = new World();
    await world.plan('2', ['speech']);
    expect(world.asked).toEqual([]);
    world.forget();
    expect((await world.plan('2', ['speech'])).plan.problems).toEqual([]);
    expect(world.asked).toContain('alpha');
    world.askSpec = async () => {
      throw new OutriderError('unavailable', 'It does not answer.');
    };
    const { plan } = await world.plan('2', ['speech']);
    expect(plan.problems).toEqual([
      expect.stringMatching(/^What alpha runs of a 1 is not known any more, and the host did not tell\./),
    ]);
    expect(plan.invalid).toBeUndefined();
  });

  it('is refused for a host that told something else', async () => {
    const world = new World();
    world.forget();
    world.askSpec = async () => '{"agents":[]}';
    expect((await world.plan('2', ['speech'])).plan.problems[0]).toMatch(/^What alpha runs of a 1 is not known/);
  });

  it('is refused for a host that can not keep agents of another release', async () => {
    const world = new World();
    world.mixes = false;
    expect((await world.plan('2', ['speech'])).plan.problems).toEqual([
      expect.stringMatching(/^The sidecar of alpha is of a version that cannot keep/),
    ]);
    expect((await world.plan('2', ['vision'], ['beta'])).plan.problems).toEqual([]);
  });

  it('waits for no host that it does not concern, and for each that it does', async () => {
    const world = new World();
    world.down.add('beta');
    expect((await world.plan('2', ['speech'])).plan.problems).toEqual([]);
    expect((await world.plan('2', ['vision'])).plan.problems).toEqual([expect.stringMatching(/^Host beta .* is down/)]);
    expect((await world.plan('2', ['vision'], [], true)).targets.map(({ host }) => host.name)).toEqual(['alpha']);
    expect((await world.plan('2', ['vision'], ['beta'], true)).plan.problems).toEqual([
      '--agents names "vision", which no host that is there runs or would get.',
    ]);
  });

  it('and for all of them are plans as ever', async () => {
    const [some, all] = [await new World().plan('2', HOSTS.alpha), await new World().plan('2', [])];
    expect(some.targets.map(({ to }) => to)).toEqual(all.targets.map(({ to }) => to));
    expect(all.plan.agents).toBeUndefined();
  });

  it('for one that is nowhere says so, in one sentence', async () => {
    const { plan } = await new World().plan('2', ['visoin']);
    expect(plan.problems).toEqual([expect.stringMatching(/^--agents names "visoin".* Did you mean "vision"\?$/)]);
    expect(plan.invalid).toBe(true);
  });
});

describe('a rollback of some agents', () => {
  it('goes to what the host had before where that is all that differs, and nothing is staged', async () => {
    const world = new World();
    await world.rollOut('2', ['speech']);
    const { targets, plan } = await world.back(['speech']);
    expect(targets).toEqual([
      expect.objectContaining({ host: 'alpha', to: refOf(specOf('1', 'alpha')), staged: true }),
    ]);
    expect([plan.version, plan.agents]).toEqual(['1', ['speech']]);
  });

  it('takes the named ones back, and keeps the others where they are', async () => {
    const world = new World();
    await world.rollOut('2', []);
    const { targets, specs, plan } = await world.back(['vision', 'memory']);
    const made = targets.map(({ host, to, staged }) => {
      const text = specs.get(to.specDigest);
      return [host, staged, told(JSON.parse(text ?? '{}') as HostSpec)];
    });
    expect(made).toEqual([
      ['beta', true, ['vision 1']],
      ['alpha', false, ['memory 1', 'speech 2', 'vision 1']],
    ]);
    expect(plan.hosts.map(({ host, actions }) => [host, actions.map((one) => `${one.agent} ${one.action}`)])).toEqual([
      ['beta', ['vision replace']],
      ['alpha', ['vision replace', 'speech keep', 'memory replace']],
    ]);
  });

  it('with --to goes anywhere, also where the release is active and the agent is kept from another', async () => {
    const world = new World();
    await world.rollOut('2', ['speech']);
    const { targets, specs } = await world.back(['vision'], '2', ['alpha']);
    const [target] = targets;
    expect(told(JSON.parse(specs.get(target?.to.specDigest ?? '') ?? '') as HostSpec)).toEqual([
      ...['memory 1', 'speech 2', 'vision 2'],
    ]);
    expect((await world.back(['speech'], '2')).targets).toEqual([]);
  });

  it('of all agents to a release of which some are is there brings all of them', async () => {
    const world = new World();
    await world.rollOut('2', ['speech']);
    const { targets } = await world.back([], '2', ['alpha']);
    expect(targets.map(({ to }) => to)).toEqual([refOf(specOf('2', 'alpha'))]);
    // The release before is one of two, and so no way to all of it.
    world.commit('alpha', specOf('3', 'alpha'));
    expect((await world.back([], '2', ['alpha'])).targets.map(({ to, staged }) => [to, staged])).toEqual([
      [refOf(specOf('2', 'alpha')), false],
    ]);
  });

  it.each([
    ['that are the same in the release before', ['memory'], /^There is nothing to go back to: memory is the same/],
    ['that nobody has', ['memroy'], /^--agents names "memroy".* Did you mean "memory"\?$/],
  ])('%s is refused', async (_what, agents, expected) => {
    const world = new World();
    await world.rollOut('2', ['speech']);
    await expect(world.back(agents)).rejects.toThrow(expected);
  });

  it('to a release that has failed on the host is refused, whatever else the host ran then', async () => {
    const world = new World();
    await world.rollOut('2', []);
    const to = { ...refOf(specOf('1', 'alpha')), specDigest: 'of other agents' };
    const failed = {
      id: 'r9',
      kind: 'rollout',
      phase: 'rolled_back',
      reason: 'it fell over',
      hosts: [{ host: 'alpha', to }],
    };
    world.history = [failed as unknown as Rollout];
    await expect(world.back(['vision'], '', ['alpha'])).rejects.toThrow(/^1 failed in rollout r9 \(it fell over\)/);
  });

  it('minds no hold, and no lost spec, of a host that it does not concern', async () => {
    const world = new World();
    await world.rollOut('2', []);
    world.held.add('beta');
    expect((await world.back(['speech'])).targets.map(({ host }) => host)).toEqual(['alpha']);
    await expect(world.back(['vision'])).rejects.toThrow(/^beta is held since then by ada/);
    world.held.clear();
    world.forget();
    const { askSpec } = world;
    world.askSpec = async (...asked) => {
      if (asked[0] === 'beta') throw new OutriderError('unavailable', 'It does not answer.');
      return askSpec(...asked);
    };
    expect((await world.back(['speech'])).targets.map(({ host }) => host)).toEqual(['alpha']);
    await expect(world.back(['vision'])).rejects.toThrow(/^What beta runs of a [12] is not known any more/);
  });

  it('is refused where the sidecar can not keep agents of another release', async () => {
    const world = new World();
    await world.rollOut('2', []);
    world.mixes = false;
    await expect(world.back(['vision'])).rejects.toThrow(/^The sidecar of alpha is of a version that cannot keep/);
  });
});

it('after a rollout of some, one of all makes all of them that release', async () => {
  const world = new World();
  await world.rollOut('2', ['speech']);
  expect(at(world, 'alpha')).toEqual(['memory 1', 'speech 2', 'vision 1']);
  await world.rollOut('2', []);
  expect([at(world, 'alpha'), at(world, 'beta')]).toEqual([['memory 2', 'speech 2', 'vision 2'], ['vision 2']]);
});
