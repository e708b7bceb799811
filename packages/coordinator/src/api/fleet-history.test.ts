import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { ManualClock } from '@outrider/shared/testing/manual-clock.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Fleet, FleetHost, HostLiveness } from '../engine/ports.js';
import { FleetHistory, type HistoryAsk } from './fleet-history.js';

const ALL: HistoryAsk = { host: '', app: '', agent: '', agents: true };
const SECOND = 1_000;
let clock: ManualClock;
let hosts: FleetHost[];
let history: FleetHistory;

const instance = (host: string, agent: string, cpuPercent: number): InstanceStatus => ({
  ...{ host, app: 'crew', agent, instance: 0, incarnation: 'i1', version: '1', fingerprint: 'f', state: 'ready' },
  ...{ ready: true, pid: 7, restarts: 0, since: '', reason: '', critical: true, overdue: false, healthScore: 1 },
  ...{ memoryBytes: 2 ** 20, cpuPercent },
});

const host = (name: string, instances: readonly InstanceStatus[], state: HostLiveness = 'up'): FleetHost => ({
  ...{ name, address: '127.0.0.1', endpoint: '127.0.0.1:7070', labels: {}, state },
  status: {
    ...{ host: name, address: '127.0.0.1', environment: 'test', labels: {}, bootId: 'b', epoch: 1, epochHolder: '' },
    ...{ sidecar: { pid: 1, version: '1', startedAt: '' }, apps: [], instances },
    system: { cpuPercent: 12.34, memoryPercent: 40, diskPercent: 50 },
  },
});

beforeEach(() => {
  clock = new ManualClock();
  hosts = [];
  const fleet = { hosts: () => hosts } as unknown as Fleet;
  history = new FleetHistory({ fleet, clock });
});
afterEach(() => history.close());

test('a point every 15 s, the first one soon; of whoever is asked about', async () => {
  hosts = [host('main-pc', [instance('main-pc', 'vision', 7)]), host('pc2', [instance('pc2', 'speech', 150)])];
  const begun = clock.now();
  await clock.advance(31 * SECOND);
  expect(history.answer({ ...ALL, host: 'pc2' })).toEqual({
    until: begun + 31 * SECOND,
    at: [1, 16, 31].map((second) => begun + second * SECOND),
    fleet: { ready: [2, 2, 2], total: [2, 2, 2], health: [1, 1, 1] },
    hosts: [{ host: 'pc2', cpu_percent: [12.3, 12.3, 12.3], memory_percent: [40, 40, 40] }],
    agents: [
      {
        ...{ host: 'pc2', app: 'crew', agent: 'speech', instance: 0 },
        ...{ cpu_percent: [150, 150, 150], memory_bytes: [2 ** 20, 2 ** 20, 2 ** 20] },
      },
    ],
  });
  expect(history.answer({ ...ALL, agents: false }).agents).toEqual([]);
  expect(history.answer({ ...ALL, agent: 'vision' }).agents.map(({ host: where }) => where)).toEqual(['main-pc']);
  expect(history.answer({ ...ALL, app: 'other' }).agents).toEqual([]);
});

test('what is not known is not zero: a host that is down, one that has not looked yet, an agent that is gone', async () => {
  const agents = [instance('pc2', 'speech', 5)];
  const fresh = host('pc2', agents);
  hosts = [{ ...fresh, status: { ...fresh.status!, system: { cpuPercent: 0, memoryPercent: 0, diskPercent: 0 } } }];
  await clock.advance(SECOND);
  hosts = [host('pc2', agents)];
  await clock.advance(15 * SECOND);
  hosts = [host('pc2', agents, 'down')];
  await clock.advance(15 * SECOND);
  hosts = [host('pc2', [])];
  await clock.advance(15 * SECOND);
  const { fleet, hosts: shown, agents: ofAgents } = history.answer(ALL);
  expect(shown[0]?.cpu_percent).toEqual([null, 12.3, null, 12.3]);
  expect(ofAgents[0]?.cpu_percent).toEqual([5, 5, null, null]);
  expect(fleet).toEqual({ ready: [1, 1, 0, 0], total: [1, 1, 1, 0], health: [1, 1, 0, 0] });
});

test('an hour and no more, oldest first; who was not there in all of it is forgotten', async () => {
  hosts = [host('gone', [instance('gone', 'vision', 1)])];
  await clock.advance(SECOND);
  hosts = [];
  let count = 0;
  for (; count < 300; count += 1) {
    hosts = [host('pc2', [instance('pc2', 'speech', count)])];
    await clock.advance(15 * SECOND);
  }
  const { at, hosts: shown, agents } = history.answer(ALL);
  expect(at).toHaveLength(240);
  expect([...at].sort((a, b) => a - b)).toEqual(at);
  expect(at.at(-1)).toBe(clock.now());
  expect(shown.map(({ host: name }) => name)).toEqual(['pc2']);
  expect(agents.map(({ agent, cpu_percent: cpu }) => [agent, cpu[0], cpu.at(-1)])).toEqual([['speech', 60, 299]]);
});

test('of more instances than are kept, those beyond have none, and nothing grows', async () => {
  hosts = [
    host(
      'pc2',
      Array.from({ length: 2_100 }, (_, index) => instance('pc2', `agent-${index}`, 1)),
    ),
  ];
  await clock.advance(16 * SECOND);
  const { agents, fleet } = history.answer(ALL);
  expect(agents).toHaveLength(2_000);
  expect(fleet.total).toEqual([2_100, 2_100]);
});
