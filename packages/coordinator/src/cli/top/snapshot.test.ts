import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { writeInstanceStatus } from '@outrider/shared/rpc/codec.js';
import { expect, test } from 'vitest';
import { snapshotOf } from './snapshot.js';

const agent = (host: string, ready: boolean): unknown =>
  writeInstanceStatus({
    ...{ host, app: 'a', agent: 'web', instance: 0, incarnation: host, version: '1', fingerprint: 'f', pid: 7 },
    ...{ state: 'ready', ready, restarts: 0, since: '2026-01-01T00:00:00.000Z', reason: '', critical: true },
    ...{ overdue: false, healthScore: 1 },
  });

test('agents of hosts that are down or cut off are away, whatever is known of them last', async () => {
  const host = (name: string, state: string, cutOff: boolean): unknown => ({
    name,
    state,
    cutOff,
    hold: null,
    apps: [],
  });
  const remote = {
    Status: async () => ({ environment: 'test', state: 'degraded', leader: 'c', redis: 'up', apps: [] }),
    Hosts: async () => ({ hosts: [host('pc1', 'up', false), host('pc2', 'down', false), host('pc3', 'up', true)] }),
    Agents: async () => ({ instances: [agent('pc1', true), agent('pc2', false), agent('pc3', false)] }),
  };
  const snapshot = await snapshotOf(remote as unknown as CoordinatorRemote, {});
  expect(snapshot.states).toEqual({ away: 2, ready: 1 });
  expect(snapshot.agents.map(({ state }) => state)).toEqual(['ready', 'away', 'away']);
});
