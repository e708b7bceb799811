/** Many agents die together: they are started again a few at a time. Who goes first: start-queue.test.ts. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { tree, web } from '../support/rollout-kit.js';

const PORT = 18781;
const MOST = 2;
const AGENTS = Array.from({ length: 8 }, (_, index) => `a${index}`);
vi.setConfig({ testTimeout: 120_000 });
let cluster: Cluster;

interface AgentEvent {
  readonly id: string;
  readonly type: string;
  readonly agent?: string;
}

const told = async (): Promise<AgentEvent[]> =>
  (await cluster.cli('events', '-n', '1000', '--json')).events<AgentEvent>().filter(({ agent }) => agent !== undefined);

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha'], sidecar: { max_starting: MOST } });
  const agents = Object.fromEntries(AGENTS.map((name, index) => [name, web(PORT + index)]));
  await cluster.push('1.0.0', tree('crowd', agents));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterAll(() => cluster.stop());

it('many agents die together: all are back, and only a few were on their way at once', async () => {
  const before = new Set((await told()).map(({ id }) => id));
  const pids = cluster.agents('alpha').map(({ pid }) => pid);
  expect(pids).toHaveLength(AGENTS.length);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  const news = await eventually(async () => {
    const since = (await told()).filter(({ id }) => !before.has(id));
    return since.filter(({ type }) => type === 'agent.ready').length === pids.length ? since : null;
  });
  const starting = new Set<string>();
  let most = 0;
  for (const { type, agent = '' } of news) {
    if (type === 'agent.starting') starting.add(agent);
    if (type === 'agent.ready') starting.delete(agent);
    most = Math.max(most, starting.size);
  }
  // Whoever takes longer than five seconds is waited for no more.
  expect(most).toBeLessThanOrEqual(MOST * 2);
});
