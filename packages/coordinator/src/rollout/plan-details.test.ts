import { describe, expect, it } from 'vitest';
import type { Healthcheck, HostAgent } from '@outrider/shared/domain/agent.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { gapBeside, gapOf } from './capacity-gap.js';
import { expectedMs, expectedOn } from './expectation.js';
import { type Finding, withFindings } from './findings.js';
import { medianOf } from './median.js';
import { withDetails } from './plan-details.js';
import type { Planned } from './plan.js';
import { type AgentMoment, startTimes } from './start-times.js';

const to = { version: '2', digest: 'd', specDigest: 's' };
const earlier = (times: RolloutHost['times'], patch: Partial<Rollout> = {}): Rollout => ({
  ...{ id: 'r1', seq: 1, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: 'd' },
  ...{ phase: 'succeeded', paused: false, by: 'me', startedAt: 0, steps: 0 },
  options: { bakeMs: 0, confirmWithinMs: 1, commit: 'together', skipDown: false },
  hosts: [{ host: 'pc2', wave: 1, state: 'committed', to, touched: true, step: 3, ...(times && { times }) }],
  ...patch,
});

describe('the time that a host is going to take', () => {
  it('is the median of the last five rollouts', () => {
    const took = [100, 5, 300, 200, 400, 9_000, 9_000];
    const history = took.map((ms) => earlier({ staging: 0, staged: ms, switching: 1_000, trial: 1_000 + 2 * ms }));
    expect(expectedOn('pc2', history)).toEqual({ stagingMs: 200, switchingMs: 400, rollouts: 5 });
  });

  it.each<[string, readonly Rollout[]]>([
    ['there was none', []],
    ['none knows of times', [earlier(undefined)]],
    ['it was a rollback', [earlier({ staging: 0, staged: 1 }, { kind: 'rollback' })]],
    ['it never came to an end', [earlier({ staging: 5 }), earlier({ staging: 5, staged: 4, switching: 9, trial: 2 })]],
  ])('is unknown where %s', (_what, history) => {
    expect(expectedOn('pc2', history)).toEqual({ rollouts: 0 });
    expect(expectedOn('other', history)).toEqual({ rollouts: 0 });
  });

  it('adds up by waves, each with its bake; one that is unknown makes all of it unknown', () => {
    const host = (wave: number, stagingMs: number, switchingMs: number) => ({
      ...{ wave, expected: { stagingMs, switchingMs, rollouts: 1 } },
    });
    expect(expectedMs([host(1, 10, 100), host(2, 30, 200), host(2, 20, 300)], 1_000)).toBe(30 + 100 + 300 + 2_000);
    expect(expectedMs([host(1, 10, 100), { wave: 2, expected: { rollouts: 0 } }], 0)).toBeUndefined();
    expect(expectedMs([], 0)).toBeUndefined();
  });

  it.each([
    [[], undefined],
    [[3], 3],
    [[9, 1, 5], 5],
    [[1, 2], 2],
  ])('median of %j', (values, median) => expect(medianOf(values)).toBe(median));
});

it('why an agent can not run twice is said of the very host', () => {
  const check: Healthcheck = {
    ...{
      method: { kind: 'http', url: 'http://${OUTRIDER_HOST_ADDRESS}:18201/', status: 200 },
      purposes: ['readiness'],
    },
    ...{ level: 'basic', critical: true, intervalMs: 1, timeoutMs: 1, retries: 1, startPeriodMs: 1 },
  };
  const agent = {
    ...{ name: 'vision', order: 'stop-first', sockets: [], healthchecks: [check], replicas: 1, parallelism: 1 },
    ...{ stopGraceMs: 1, environment: {}, dependsOn: [], files: [] },
  } as unknown as HostAgent;
  const from = { ...to, version: '1' };
  const host = { name: 'pc2', address: '10.0.0.2', labels: {}, state: 'up' as const };
  const actions = [{ agent: 'vision', instance: 0, action: 'replace' as const, order: 0, why: '' }];
  const planned = {
    plan: {
      plan: 'p',
      app: 'a',
      version: '2',
      strategy: 'blue-green',
      hosts: [{ host: 'pc2', wave: 1, actions }],
      problems: [],
    },
    targets: [{ host, spec: { app: 'a', agents: [agent] }, to, from }],
  } as unknown as Planned;
  const details = { history: [], moments: [], running: new Map(), bakeMs: 1, notices: [] };
  expect(withDetails(planned, details).plan.hosts[0]?.gaps?.[0]?.why).toMatch(/^is asked at 10\.0\.0\.2:18201, which/);
});

describe('how long an agent takes to be ready', () => {
  const moment = (type: 'starting' | 'ready', at: number, patch: Partial<AgentMoment> = {}): AgentMoment => ({
    ...{ type: `agent.${type}` as const, host: 'pc2', app: 'a', agent: 'vision', instance: 0, at },
    ...patch,
  });

  it('is the median of its last starts on that host', () => {
    const moments = [
      ...[moment('starting', 0), moment('ready', 100)],
      // Unwell in between, ready again: no start.
      moment('ready', 9_000),
      ...[moment('starting', 10_000), moment('starting', 20_000, { instance: 1 })],
      ...[moment('ready', 10_300), moment('ready', 20_200, { instance: 1 })],
      ...[moment('starting', 0, { host: 'pc3' }), moment('ready', 7, { host: 'pc3' })],
    ];
    expect([...startTimes(moments, 'pc2', 'a')]).toEqual([['vision', 200]]);
    expect([...startTimes(moments, 'pc2', 'b')]).toEqual([]);
  });
});

describe('the gap while an agent is replaced', () => {
  const check = (patch: Partial<Healthcheck>): Healthcheck => ({
    ...{ method: { kind: 'tcp', address: ':1' }, purposes: ['readiness'], level: 'basic', critical: true },
    ...{ intervalMs: 1, timeoutMs: 1, retries: 1, startPeriodMs: 60_000 },
    ...patch,
  });
  const agent = (patch: Partial<HostAgent>): HostAgent => ({
    ...{ name: 'vision', command: ['run'], hosts: [], replicas: 3, environment: {}, workingDir: '.', dependsOn: [] },
    ...{ files: [], healthchecks: [], restart: { kind: 'always' }, stopSignal: 'SIGTERM', stopGraceMs: 10_000 },
    ...{ order: 'stop-first', parallelism: 2, sockets: [], fingerprint: 'f' },
    ...patch,
  });

  it('is its stop and its start, of as many as go at once; none where the new one starts first', () => {
    const checks = [
      check({}),
      check({ startPeriodMs: 90_000, critical: false }),
      check({ startPeriodMs: 99_000, purposes: ['liveness'] }),
    ];
    expect(gapOf(agent({ healthchecks: checks }), 1_200)).toEqual({
      ...{ agent: 'vision', instances: 2, replicas: 3, atMostMs: 70_000, startMs: 1_200 },
    });
    expect(gapOf(agent({ replicas: 1 }))).toEqual({
      ...{ agent: 'vision', instances: 1, replicas: 1, atMostMs: 10_000 },
    });
    expect(gapOf(agent({ order: 'start-first' }))).toBeUndefined();
  });

  it('is in blue-green that of an agent of which two can not run, now or then, and says why', () => {
    const exclusive = agent({ exclusive: true });
    expect(gapBeside(agent({}), agent({}))).toBeUndefined();
    expect(gapBeside(agent({}), undefined)).toBeUndefined();
    for (const [now, then] of [[exclusive, agent({})] as const, [agent({}), exclusive] as const]) {
      expect(gapBeside(now, then)).toMatchObject({ instances: 2, why: 'declares update_config.order: stop-first' });
    }
  });
});

describe('what hosts have said', () => {
  const FACTS = {
    ...{ diskNeededBytes: 1, diskFreeBytes: 2, diskReserveBytes: 3, memoryBytes: 4, memoryReservedBytes: 5 },
    ...{ cpus: 6, cpusReserved: 0.5 },
  };
  const planned: Planned = {
    plan: {
      ...{ plan: 'p1', app: 'a', version: '2', problems: [] },
      hosts: [{ host: 'pc2', wave: 1, actions: [] }],
    },
    ...{ skipped: [], targets: [], waves: [], gates: [], hooks: [], world: true },
  };
  const said = (...problems: string[]): Finding => ({
    kind: 'said',
    report: { problems, notices: ['It is a guess.'], facts: FACTS },
  });
  const silent: Finding = { kind: 'silent', reason: 'No answer in time.' };
  const plan = (finding: Finding, skipDown = false) =>
    withFindings(planned, { findings: new Map([['pc2', finding]]), skipDown, digest: digestOf }).plan;

  it('changes the plan by its problems alone', () => {
    expect(plan(said())).toMatchObject({
      ...{ plan: 'p1', problems: [], notices: ['Host pc2: It is a guess.'], hosts: [{ facts: FACTS }] },
    });
    const full = plan(said('No room.', 'On host pc2, no user.'));
    expect(full.problems).toEqual(['Host pc2: No room.', 'On host pc2, no user.']);
    expect(full.plan).not.toBe('p1');
    expect(plan(said('No room.', 'On host pc2, no user.')).plan).toBe(full.plan);
    expect(plan(said('No room.')).plan).not.toBe(full.plan);
  });

  it('are of steps too; a sidecar that knows nothing of them would run the release without', () => {
    const target = { host: { name: 'pc2' }, spec: { prepare: [{ name: 'venv' }], data: [{ path: 'd' }] } };
    const told = (finding: Finding) =>
      withFindings(
        { ...planned, targets: [target as never] },
        { findings: new Map([['pc2', finding]]), skipDown: false, digest: digestOf },
      ).plan;
    const report = { problems: [], notices: [], facts: FACTS, prepare: [{ name: 'venv', prepared: true }] };
    const well = told({ kind: 'said', report: { ...report, places: true } });
    expect([well.problems, well.hosts[0]?.prepare]).toEqual([[], report.prepare]);
    for (const finding of [said(), { kind: 'too-old' }] as const) {
      expect(told(finding).problems).toEqual([
        "Host pc2 runs a sidecar that can't prepare a release: update it before this release.",
        "Host pc2 runs a sidecar that can't keep data across releases: update it before this release.",
      ]);
    }
  });

  it("is a problem where there is nothing, unless hosts may be left out; a notice where it can't be asked", () => {
    expect(plan(silent).problems).toEqual([
      expect.stringMatching(/^Host pc2 did not answer.*No answer in time\..*--skip-down/),
    ]);
    expect(plan(silent, true)).toMatchObject({
      plan: 'p1',
      problems: [],
      notices: [expect.stringContaining('pc2') as string],
    });
    expect(plan({ kind: 'too-old' })).toMatchObject({
      plan: 'p1',
      problems: [],
      notices: [expect.stringContaining('pc2') as string],
    });
  });
});
