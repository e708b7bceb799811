import type { HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { describe, expect, test } from 'vitest';
import type { Fleet, FleetHost, HostLiveness } from '../engine/ports.js';
import { deploymentState, healthDocument, statusDocument } from './documents.js';
import { countsByState, fleetState } from './read-model.js';

const instance = (host: string, index: number, ready = true): InstanceStatus => ({
  ...{ host, app: 'walk', agent: 'web', instance: index, incarnation: `${host}-${index}`, version: '1.0.0' },
  ...{ fingerprint: 'f', state: ready ? 'ready' : 'unhealthy', ready, pid: 100 + index, restarts: 0 },
  ...{ since: '2026-01-01T00:00:00.000Z', reason: ready ? '' : 'probe says no', critical: true, overdue: !ready },
  healthScore: ready ? 1 : 0,
});

function host(name: string, wells: readonly boolean[], cpuPercent: number, state: HostLiveness = 'up'): FleetHost {
  const ref = { version: '1.0.0', digest: 'd', specDigest: 's' };
  const status: HostStatus = {
    ...{ host: name, address: '127.0.0.1', environment: 'test', labels: {}, bootId: 'b', epoch: 1, epochHolder: 'c' },
    sidecar: { pid: 1, version: '0.1.0', startedAt: '2026-01-01T00:00:00.000Z' },
    apps: [{ app: 'walk', phase: 'idle', active: ref, converged: true, waitingFor: '', agents: [] }],
    instances: wells.map((ready, index) => instance(name, index, ready)),
    system: { cpuPercent, memoryPercent: 2 * cpuPercent, diskPercent: 12.34 },
  };
  return { name, address: '127.0.0.1', endpoint: '127.0.0.1:7070', labels: {}, state, status };
}

const fleetOf = (...hosts: FleetHost[]): Fleet => ({
  hosts: () => hosts,
  host: (name) => hosts.find((one) => one.name === name),
  onChange: () => () => undefined,
  commands: () => {
    throw new Error('nobody commands here');
  },
});

const rollout = (
  phase: Rollout['phase'],
  states: readonly RolloutHost['state'][],
  more: Partial<Rollout> = {},
): Rollout => ({
  ...{ id: 'r7', seq: 7, kind: 'rollout', app: 'walk', environment: 'test', version: '2.0.0', digest: 'd', phase },
  ...{ fromVersion: '1.0.0', paused: false, by: 'ann', startedAt: 1_000_000, steps: 1 },
  hosts: states.map((state, index) => ({
    ...{ host: `h${index}`, wave: index + 1, state, touched: state !== 'pending', step: 1 },
    to: { version: '2.0.0', digest: 'd', specDigest: 's' },
  })),
  options: { bakeMs: 1, confirmWithinMs: 1, commit: 'together', skipDown: false },
  ...more,
});

const around = (fleet: Fleet, current?: Rollout) => ({
  ...{ environment: 'test', fleet, rollout: current, explained: current?.id, redis: 'up' as const, leader: 'me' },
  nowMs: 1_090_000,
});
const wells = (count: number, bad = 0): boolean[] => Array.from({ length: count }, (_, index) => index >= bad);

describe('/health', () => {
  test('what is kept of the release before counts for nothing', () => {
    const one = host('a', wells(2), 10);
    const frozen: InstanceStatus = { ...instance('a', 0, false), state: 'draining', overdue: false, kept: true };
    const fleet = fleetOf({ ...one, status: { ...one.status!, instances: [...one.status!.instances, frozen] } });
    expect(healthDocument(fleet)).toMatchObject({ total_agents: 2, health_percentage: 100, unhealthy: [] });
    expect(statusDocument(around(fleet))).toMatchObject({ state: 'idle' });
    expect(fleetState(fleet).state).toBe('ready');
  });

  test('129 of 131 is 98.5; figures are the mean over hosts that are up', () => {
    const fleet = fleetOf(host('a', wells(100, 2), 10), host('b', wells(31), 20.04));
    expect(healthDocument(fleet)).toMatchObject({
      total_agents: 131,
      healthy_agents: 129,
      unhealthy_agents: 2,
      health_percentage: 98.5,
      system_metrics: { cpu_percent: 15, memory_percent: 30.1, disk_percent: 12.3, active_agents: 131 },
      hosts: { a: { state: 'up', healthy_agents: 98, total_agents: 100 }, b: { cpu_percent: 20 } },
    });
  });

  test('a host that is down counts its agents as not healthy, and no figures', () => {
    const fleet = fleetOf(host('a', wells(2), 10), host('b', wells(2), 90, 'down'));
    expect(healthDocument(fleet)).toMatchObject({
      total_agents: 4,
      healthy_agents: 2,
      health_percentage: 50,
      system_metrics: { cpu_percent: 10, active_agents: 2, hosts: { b: { state: 'down', active_agents: 0 } } },
    });
  });
});

test.each([['down'], ['cut off']])('no agent of a host that is %s is well, and what is kept counts nowhere', (how) => {
  const kept: InstanceStatus = { ...instance('b', 9), state: 'draining', kept: true };
  const b = host('b', wells(2), 90, how === 'down' ? 'down' : 'up');
  const away = {
    ...b,
    ...(how === 'down' ? {} : { cutOff: true as const }),
    status: { ...b.status!, instances: [...b.status!.instances, kept] },
  };
  const fleet = fleetOf(host('a', wells(2), 10), away);
  expect(healthDocument(fleet)).toMatchObject({
    healthy_agents: 2,
    hosts: { a: { healthy_agents: 2 }, b: { total_agents: 2, healthy_agents: 0, active_agents: 0 } },
  });
  expect(statusDocument(around(fleet))['hosts']).toMatchObject([
    { name: 'a', agents_total: 2, agents_healthy: 2 },
    { name: 'b', agents_total: 2, agents_healthy: 0 },
  ]);
  expect(Object.fromEntries(countsByState(fleet))).toEqual({ ready: 2, away: 3 });
});

describe('/status', () => {
  const good = fleetOf(host('a', wells(2), 1));
  test.each<[Rollout['phase'], string]>([
    ['staging', 'staging'],
    ['switching', 'switching'],
    ['baking', 'trial'],
    ['committing', 'trial'],
    ['rolling_back', 'rolling_back'],
    ['succeeded', 'healthy'],
    ['rolled_back', 'rolled_back'],
    ['aborted', 'rolled_back'],
    ['stuck', 'failed'],
  ])('phase %s is state %s', (phase, state) => {
    expect(deploymentState(rollout(phase, ['pending']), good)).toBe(state);
  });

  test('a success whose agents are not well any more is degraded', () => {
    const fleet = fleetOf(host('a', wells(2, 1), 1));
    expect(deploymentState(rollout('succeeded', ['committed']), fleet)).toBe('degraded');
    expect(fleetState(fleet)).toEqual({ state: 'degraded', missing: ['agent web.0 on a'] });
  });

  test('every key of a rollout under way', () => {
    expect(statusDocument(around(good, rollout('switching', ['trial', 'switching', 'staged'])))).toMatchObject({
      deployment_id: 'r7',
      command: 'deploy',
      environment: 'test',
      state: 'switching',
      progress: 46.7,
      agents_healthy: 2,
      agents_total: 2,
      start_time: '1970-01-01T00:16:40.000Z',
      errors: [],
      warnings: [],
      metrics: { deployment_duration: 90, snapshot_id: null },
    });
  });

  test('progress never goes back while a rollout goes forward, and ends at 100', () => {
    const path: [Rollout['phase'], RolloutHost['state']][] = [
      ['staging', 'pending'],
      ['staging', 'staging'],
      ['staging', 'staged'],
      ['switching', 'switching'],
      ['baking', 'trial'],
      ['committing', 'committing'],
      ['succeeded', 'committed'],
    ];
    const progress = path.map(([phase, state]) => statusDocument(around(good, rollout(phase, [state])))['progress']);
    expect(progress).toEqual([0, 10, 25, 40, 75, 90, 100]);
  });

  test('a rollback goes forward, also where it is stuck; a rollout that is stuck was on its way back', () => {
    const half = (kind: Rollout['kind'], state: RolloutHost['state']) =>
      statusDocument(around(good, rollout('stuck', [state, 'failed'], { kind })))['progress'];
    expect(half('rollback', 'committed')).toBe(50);
    expect(half('rollout', 'reverted')).toBe(50);
  });

  test('errors name the culprit, warnings what is not well', () => {
    const culprit = { host: 'pc2', agent: 'vision', cause: 'exited with code 1', log: [] };
    const fleet = fleetOf(host('a', wells(1), 1), host('b', [], 1, 'down'));
    const document = statusDocument({
      ...around(fleet, rollout('rolled_back', ['reverted'], { culprit, endedAt: 1_030_000, reason: 'vision failed' })),
      redis: 'down',
    });
    expect(document['errors']).toEqual(['vision on pc2: exited with code 1']);
    expect(document['warnings']).toEqual([expect.stringMatching(/Redis/), 'host b is not well']);
    expect(document['metrics']).toEqual({ deployment_duration: 30, snapshot_id: null });
  });
});
