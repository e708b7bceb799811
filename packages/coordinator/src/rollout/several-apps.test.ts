/** Rollouts of several apps: waves that count hosts, a failure of one that is the failure of all, gates of each. */
import { describe, expect, it } from 'vitest';
import type { GateSpec } from '@outrider/shared/domain/gate.js';
import type { AppStatus, HostPhase } from '@outrider/shared/domain/host.js';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { exitCodeOf, type Rollout, type RolloutOptions } from '@outrider/shared/domain/rollout.js';
import { placeKey } from '@outrider/shared/domain/rollout-place.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { closest } from '@outrider/shared/runtime/suggest.js';
import { begin } from './begin.js';
import { decide } from './decide.js';
import type { Decision, HistoryLine, RolloutEvent } from './decision.js';
import { explain } from './explain.js';
import { isAsked, newGate } from './gate-cells.js';
import { withFindings } from './findings.js';
import { mixedRollout, tellMixed, type Witness } from './mixed.js';
import { planRollout, type PlanInput } from './plan.js';
import type { PlanHost } from './plan-host.js';

const ref = (version: string): ReleaseRef => ({ version, digest: version, specDigest: version });
const [OLD, NEW] = [ref('1'), ref('2')];
const BAKE = 10_000;

/** `places` as `HOST/APP`, with the wave of each host. */
class Story {
  rollout: Rollout;
  told: readonly string[] = [];
  lines: readonly HistoryLine[] = [];
  at = 0;

  constructor(
    places: Readonly<Record<string, number>>,
    options: Partial<RolloutOptions> = {},
    patch: Partial<Rollout> = {},
  ) {
    const apps = ['a', 'b'].map((app) => ({ app, version: '2', digest: app }));
    const first = begin({
      ...{ id: 'r1', seq: 1, kind: 'rollout', app: 'a,b', apps, environment: 'test', version: '2', digest: 'a' },
      ...{ phase: 'staging', paused: false, by: 'ann', startedAt: 0, steps: 0 },
      hosts: Object.entries(places).map(([host, wave]) => ({
        ...{ host, app: host.split('/')[1] ?? '', wave, state: 'pending', from: OLD, to: NEW, touched: false, step: 0 },
      })),
      options: { bakeMs: BAKE, confirmWithinMs: 30_000, commit: 'together', skipDown: false, ...options },
      ...patch,
    });
    this.rollout = first.rollout;
    this.take(first);
  }

  private take({ rollout, effects, events }: Decision): this {
    this.rollout = rollout;
    this.told = effects.map(({ kind, host }) => `${kind} ${host}`);
    this.lines = events;
    return this;
  }

  tell(event: RolloutEvent): this {
    return this.take(decide(this.rollout, event));
  }

  wait(ms: number): this {
    this.at += ms;
    return this.tell({ kind: 'tick', at: this.at });
  }

  says(host: string, phase: HostPhase, patch: Partial<AppStatus> = {}): this {
    const { step = 0, app = '' } = this.rollout.hosts.find((one) => one.host === host) ?? {};
    const staging = { ...NEW, state: 'done', reason: '', bytesDone: 1, bytesTotal: 1 } as const;
    const status: AppStatus = {
      ...{ app, phase, active: OLD, converged: true, waitingFor: '', agents: [], staging },
      fence: { epoch: 1, rollout: 1, step },
      ...patch,
    };
    return this.tell({ kind: 'report', host, status, at: this.at });
  }

  staged(): this {
    for (const { host } of this.rollout.hosts) this.says(host, 'staged');
    return this;
  }

  onTrial = (...hosts: readonly string[]): this =>
    this.each(hosts, (host) => this.says(host, 'trial', { candidate: NEW }));
  wentBack = (host: string): this => this.says(host, 'idle');
  isNew = (host: string): this => this.says(host, 'committed', { active: NEW });

  private each(hosts: readonly string[], act: (host: string) => void): this {
    hosts.forEach(act);
    return this;
  }

  get states(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.rollout.hosts.map(({ host, state }) => [host, state]));
  }
}

const BOTH = { 'h1/a': 1, 'h1/b': 1, 'h2/a': 2, 'h2/b': 2 };

describe('two apps on two hosts', () => {
  it('go host by host, and become permanent together', () => {
    const story = new Story(BOTH);
    expect(story.told).toEqual(['stage h1/a', 'stage h1/b', 'stage h2/a', 'stage h2/b']);
    expect(story.lines[0]).toMatchObject({ type: 'rollout.started', data: { hosts: ['h1', 'h2'], apps: ['a', 'b'] } });
    expect(story.staged().told).toEqual(['switch h1/a', 'switch h1/b']);
    expect(story.onTrial('h1/a').rollout.phase).toBe('switching');
    expect(story.onTrial('h1/b').rollout.phase).toBe('baking');
    expect(story.wait(BAKE).told).toEqual(['switch h2/a', 'switch h2/b']);
    const all = ['commit h1/a', 'commit h1/b', 'commit h2/a', 'commit h2/b'];
    expect(story.onTrial('h2/a', 'h2/b').wait(BAKE).told).toEqual(all);
    for (const host of Object.keys(BOTH)) story.isNew(host);
    expect(story.rollout.phase).toBe('succeeded');
    expect(story.lines.at(-1)?.data).toMatchObject({
      hosts: { h1: 'committed', h2: 'committed' },
      apps: { a: { h1: 'committed', h2: 'committed' }, b: { h1: 'committed', h2: 'committed' } },
    });
    expect(explain(story.rollout)).toMatch(/^Rollout of a,b to 2 \(r1\) succeeded/);
    const { apps: _apps, ...one } = story.rollout;
    expect(explain({ ...one, app: 'b' })).toMatch(/^Rollout of b to 2 \(r1\) succeeded/);
    expect(explain({ ...one, app: 'default' })).toMatch(/^Rollout of 2 \(r1\) succeeded/);
  });

  it('all go back where one fails on one host, each host with both', () => {
    const story = new Story(BOTH).staged().onTrial('h1/a', 'h1/b').wait(BAKE);
    const culprit = { host: 'h2', agent: 'vision', cause: 'exited with code 1', log: [] };
    story
      .onTrial('h2/a')
      .says('h2/b', 'reverting', { outcome: { rollout: 'r1', result: 'reverted', reason: '', culprit } });
    expect(story.told).toEqual(['revert h2/b', 'revert h2/a']);
    expect(story.rollout).toMatchObject({
      reason: 'vision on h2/b: exited with code 1',
      culprit: { host: 'h2', app: 'b', agent: 'vision' },
    });
    expect(story.wentBack('h2/b').told).toEqual([]);
    expect(story.wentBack('h2/a').told).toEqual(['revert h1/b', 'revert h1/a']);
    story.wentBack('h1/a').wentBack('h1/b');
    expect([story.rollout.phase, exitCodeOf(story.rollout)]).toEqual(['rolled_back', 20]);
  });

  it('keep what has baked with rollback-host, of a host both or none', () => {
    const story = new Story(BOTH, { onFailure: 'rollback-host' }).staged().onTrial('h1/a', 'h1/b').wait(BAKE);
    expect(story.onTrial('h2/a').wentBack('h2/b').told).toEqual([
      'commit h1/a',
      'commit h1/b',
      'revert h2/b',
      'revert h2/a',
    ]);
    story.isNew('h1/a').isNew('h1/b').wentBack('h2/b').wentBack('h2/a');
    expect(story.rollout.phase).toBe('rolled_back');
    expect(story.states).toEqual({ 'h1/a': 'committed', 'h1/b': 'committed', 'h2/a': 'reverted', 'h2/b': 'reverted' });
  });

  it('of a host that goes back with one app while it becomes permanent, the other is taken back too', () => {
    const story = new Story(BOTH, { onFailure: 'rollback-host' }).staged().onTrial('h1/a', 'h1/b').wait(BAKE);
    story.onTrial('h2/a', 'h2/b').wait(BAKE).isNew('h2/a');
    expect(story.wentBack('h2/b').told).toEqual(['revert h2/b', 'switch h2/a']);
    expect(story.rollout.hosts.map(({ stays = false }) => stays)).toEqual([true, true, false, false]);
    // One that was to stay goes back by itself before it has heard so.
    expect(
      story
        .isNew('h1/a')
        .wentBack('h1/b')
        .rollout.hosts.map(({ stays = false }) => stays),
    ).toEqual(Array(4).fill(false));
    story.wentBack('h2/b').says('h2/a', 'idle');
    expect(story.told).toEqual(['switch h1/a']);
  });

  it('are told apart from a host that a person holds', () => {
    const story = new Story(BOTH).staged();
    story.says('h1/b', 'switching', { hold: { by: 'ann', since: '2026', reason: '' } });
    expect(story.rollout.reason).toBe('h1 is held since 2026 by ann; release it with "coordinator host resume h1"');
  });

  it('of a rollback go host by host too', () => {
    const story = new Story(BOTH, { strategy: 'graceful' }, { kind: 'rollback' });
    for (const { host } of story.rollout.hosts) story.says(host, 'staged');
    expect(story.told).toEqual(['switch h1/a', 'switch h1/b']);
    expect(story.isNew('h1/a').told).toEqual([]);
    expect(story.isNew('h1/b').told).toEqual(['switch h2/a', 'switch h2/b']);
  });
});

describe('gates of two apps', () => {
  const gate = (app: string, more: Partial<GateSpec> = {}): GateSpec => ({
    ...{ name: `${app}/restarts`, app, ask: { kind: 'metric', metric: 'agent_restarts' }, max: 0, minSamples: 1 },
    ...{ intervalMs: 1_000, timeoutMs: 1_000, count: 1, failureLimit: 0, errorLimit: 1, noData: 'fail' },
    ...more,
  });
  const gates = [gate('a'), gate('b')].map(newGate);
  const asked = ({ rollout }: Story): readonly string[] =>
    (rollout.gates ?? []).filter((one) => isAsked(rollout, one)).map(({ name }) => name);
  const pass = (name: string, round: number, at: number): RolloutEvent => ({
    ...{ kind: 'gate', gate: name, round, verdict: { outcome: 'pass', reason: 'well' }, at },
  });

  it('are asked while their own app is on trial, and no bake waits for the other', () => {
    const story = new Story({ 'h1/a': 1, 'h2/b': 2 }, {}, { gates }).staged().onTrial('h1/a');
    expect(asked(story)).toEqual(['a/restarts']);
    story.tell(pass('a/restarts', 1, 1)).wait(BAKE);
    expect(story.told).toEqual(['switch h2/b']);
    expect(asked(story.onTrial('h2/b'))).toEqual(['a/restarts', 'b/restarts']);
    expect(story.wait(BAKE).rollout).toMatchObject({ phase: 'baking', bakeDone: true });
  });

  it('are not waited for on other hosts once their own have been switched', () => {
    const compare = { compare: 'hosts', maxRatio: 1 } as const;
    const places = { 'h1/a': 1, 'h1/b': 1, 'h2/b': 2, 'h3/a': 3 };
    const story = new Story(places, {}, { gates: [newGate(gate('b', compare))] }).staged().onTrial('h1/a', 'h1/b');
    story.tell(pass('b/restarts', 1, 1)).wait(BAKE);
    expect(story.onTrial('h2/b').rollout.gates?.[0]?.passed).toBe(1);
    expect(asked(story)).toEqual([]);
  });

  it('name host and app where they fail', () => {
    const story = new Story(BOTH, {}, { gates }).staged().onTrial('h1/a', 'h1/b');
    const verdict = { outcome: 'fail', reason: 'vision on h1: 3', host: placeKey('h1', 'b'), agent: 'vision' } as const;
    story.tell({ kind: 'gate', gate: 'b/restarts', round: 1, verdict, at: 1 });
    expect(story.lines[0]).toMatchObject({
      host: 'h1/b',
      app: 'b',
      data: { gate: 'b/restarts', host: 'h1', app: 'b' },
    });
    expect(story.rollout.culprit).toMatchObject({ host: 'h1', app: 'b', agent: 'vision' });
    expect(story.rollout.reason).toBe('the gate b/restarts failed: vision on h1: 3');
  });
});

describe('a plan of two apps', () => {
  const status = (app: string, runs: readonly string[]): AppStatus => ({
    ...{ app, phase: 'idle', converged: true, waitingFor: '', active: OLD },
    agents: runs.map((name) => ({ name, fingerprint: 'old', replicas: 1 })),
  });

  /** What each host is to run of an app, and runs; absent: nothing of it was ever there. */
  type Sketch = Readonly<Record<string, { readonly runs?: readonly string[]; readonly agents: readonly string[] }>>;

  function inputOf(app: string, hosts: Sketch, patch: Partial<PlanInput> = {}): PlanInput {
    const inventory = Object.entries(hosts).map(([name, { runs }]): PlanHost => ({
      ...{ name, address: '10.0.0.1', labels: {}, state: 'up' },
      ...(runs === undefined ? {} : { app: status(app, runs) }),
    }));
    const agent = (name: string): HostAgent =>
      ({ name, hosts: [], replicas: 1, dependsOn: [], sockets: [], fingerprint: 'new' }) as unknown as HostAgent;
    return {
      ...{ app, version: '2', spec: { app, agents: [] }, inventory, onlyHosts: [], skipDown: false, onlyLabels: {} },
      ...{ orderBy: '', ask: { strategy: 'rolling', autoPromote: false } },
      resolve: ({ name }) => ({
        spec: {
          ...{ app, version: '2', digest: app, environment: 'test', host: name, hosts: {} },
          agents: (hosts[name]?.agents ?? []).map(agent),
        },
        problems: [],
      }),
      ...{ reserved: () => [], digest: digestOf, suggest: closest },
      ...patch,
    };
  }
  const plan = (a: Sketch, b: Sketch, patch: Partial<PlanInput> = {}) =>
    planRollout([inputOf('a', a, patch), inputOf('b', b, patch)]);
  const waves = ({ plan: made }: ReturnType<typeof plan>): readonly unknown[] =>
    made.hosts.map(({ host, app, wave }) => [host, app, wave]);

  const update = { runs: ['vision'], agents: ['vision'] };
  const everywhere: Sketch = { h1: update, h2: update, h3: update };

  it('has the apps of a host in one wave: what is counted are hosts', () => {
    const ask = { strategy: 'rolling', autoPromote: false, canary: 1, maxParallel: 2 } as const;
    const made = plan(everywhere, everywhere, { ask });
    expect(waves(made)).toEqual([
      ...[
        ['h1', 'a', 1],
        ['h1', 'b', 1],
        ['h2', 'a', 2],
        ['h2', 'b', 2],
      ],
      ...[
        ['h3', 'a', 2],
        ['h3', 'b', 2],
      ],
    ]);
    expect(made.plan).toMatchObject({ app: 'a,b', canaryWave: 1, problems: [] });
  });

  it('parts hosts between which an agent of either app moves, and none for names that two apps share', () => {
    const ask = { strategy: 'all-at-once', autoPromote: false } as const;
    const from = { runs: ['memory'], agents: [] };
    const to = { runs: [], agents: ['memory'] };
    expect(waves(plan({ h1: update, h2: update }, { h1: to, h2: from }, { ask }))).toEqual([
      ...[
        ['h2', 'a', 1],
        ['h2', 'b', 1],
        ['h1', 'a', 2],
        ['h1', 'b', 2],
      ],
    ]);
    // What stops of one app is no reason for another app that has an agent of that name.
    expect(
      waves(plan({ h1: from, h2: update }, { h1: update, h2: to }, { ask })).map((one) => (one as unknown[])[2]),
    ).toEqual([1, 1, 1, 1]);
  });

  it('takes a first release of one beside an update of the other, and hosts that have one of them', () => {
    const made = plan({ h1: update, h2: update }, { h1: { agents: [] }, h2: { agents: ['vision'] } });
    expect(made.plan.hosts.map(({ host, app, from }) => [host, app, from])).toEqual([
      ['h1', 'a', '1'],
      ['h2', 'a', '1'],
      ['h2', 'b', undefined],
    ]);
    expect(made.plan.problems).toEqual([]);
  });

  it('refuses an app that has no agents on any host', () => {
    const none = { h1: { agents: [] }, h2: { agents: [] } };
    const { plan: made, world } = plan({ h1: update, h2: update }, none);
    expect([made.problems, world]).toEqual([['b 2 has no agents on h1, h2.'], false]);
  });

  it('says of which app a problem is, where that is not in its words', () => {
    const wrong = inputOf('b', everywhere, {
      resolve: ({ name }) => ({
        spec: { app: 'b', version: '2', digest: 'b', environment: 'test', host: name, hosts: {}, agents: [] },
        problems: ['LEVEL is not set.'],
      }),
    });
    expect(planRollout([inputOf('a', everywhere), wrong]).plan.problems).toEqual(['b: LEVEL is not set.']);
    expect(planRollout([wrong]).plan.problems).toEqual(['LEVEL is not set.']);
  });

  it('is another one for another app, and the same in whatever order they are named', () => {
    const [a, b] = [inputOf('a', everywhere), inputOf('b', everywhere)];
    const both = planRollout([a, b]).plan.plan;
    expect(planRollout([a, b]).plan.plan).toBe(both);
    expect(planRollout([a]).plan.plan).not.toBe(both);
    expect(planRollout([a]).plan.hosts[0]).not.toHaveProperty('app');
  });

  it('is refused where each alone has room on a host and both have not', () => {
    const facts = {
      ...{ diskNeededBytes: 6 * 1024 ** 2, diskFreeBytes: 11 * 1024 ** 2, diskReserveBytes: 1024 ** 2 },
      ...{ memoryBytes: 1, memoryReservedBytes: 0, cpus: 1, cpusReserved: 0 },
    };
    const said = { kind: 'said', report: { problems: [], notices: [], facts } } as const;
    const made = plan({ h1: update }, { h1: update });
    const input = { skipDown: false, digest: digestOf };
    const found = (...keys: readonly string[]) =>
      withFindings(made, { ...input, findings: new Map(keys.map((key) => [key, said])) }).plan;
    expect(found('h1/a').problems).toEqual([]);
    expect(found('h1/a', 'h1/b').problems).toEqual([
      'Host h1: the apps together need 12 MiB of its disk, and 10 MiB may be taken. Free some space, or roll them out one after the other.',
    ]);
    expect(found('h1/a', 'h1/b').plan).not.toBe(made.plan.plan);
  });
});

it('of a rollout that nobody knows any more is told which app each host has', () => {
  const witness = (host: string, app: string, result: 'committed' | 'reverted'): Witness => ({
    ...{ host, environment: 'test' },
    app: {
      ...{ app, phase: 'idle', converged: true, waitingFor: '', agents: [] },
      active: result === 'committed' ? NEW : OLD,
      outcome: { rollout: 'r7', result, reason: 'its lease was over' },
    },
  });
  const found = mixedRollout('r7', [witness('h1', 'a', 'committed'), witness('h1', 'b', 'reverted')], 5);
  expect(found).toMatchObject({ app: 'a,b', apps: [{ app: 'a' }, { app: 'b' }] });
  const { rollout } = tellMixed(found!, 5);
  expect([rollout.phase, rollout.reason]).toEqual([
    'stuck',
    expect.stringContaining('h1/a has 2, h1/b went back to 1'),
  ]);
});
