import { describe, expect, it } from 'vitest';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { orderHosts } from './host-order.js';
import type { Target } from './plan-host.js';
import { canaryWave, wavesOf } from './waves.js';

const ref = { version: '2', digest: 'd', specDigest: 's' };

interface Sketch {
  readonly labels?: Readonly<Record<string, string>>;
  /** What is to run, and what runs. */
  readonly agents?: readonly string[];
  readonly runs?: readonly string[];
}

function target(name: string, { labels = {}, agents = ['vision'], runs = agents }: Sketch = {}): Target {
  const app = { app: 'a', phase: 'idle', converged: true, waitingFor: '' } as const;
  return {
    host: {
      ...{ name, address: '10.0.0.1', labels, state: 'up' },
      app: { ...app, agents: runs.map((agent) => ({ name: agent, fingerprint: 'x', replicas: 1 })) },
    },
    spec: {
      ...{ app: 'a', version: '2', digest: 'd', environment: 'test', host: name, hosts: {} },
      agents: agents.map((agent) => ({ name: agent, dependsOn: [] }) as unknown as HostAgent),
    },
    to: ref,
  };
}

const targets = (count: number): readonly Target[] => Array.from({ length: count }, (_, index) => target(`h${index}`));

describe('waves', () => {
  it.each([
    [{ canary: 1, maxParallel: 1 }, 4, [1, 2, 3, 4], 1],
    [{ canary: 1, maxParallel: 2 }, 4, [1, 2, 2, 3], 1],
    [{ canary: 2, maxParallel: 3 }, 6, [1, 1, 2, 2, 2, 3], 1],
    [{ canary: 3, maxParallel: 2 }, 6, [1, 1, 2, 3, 3, 4], 2],
    [{ canary: 0, maxParallel: 3 }, 4, [1, 1, 1, 2], 0],
    [{ canary: 0, maxParallel: 0 }, 4, [1, 1, 1, 1], 0],
    [{ canary: 1, maxParallel: 0 }, 4, [1, 2, 2, 2], 1],
    [{ canary: 4, maxParallel: 1 }, 3, [1, 2, 3], 0],
  ])('%o puts %i hosts into %o', (rule, count, waves, canary) => {
    expect(wavesOf(targets(count), rule)).toEqual(waves);
    expect(canaryWave(waves, rule.canary)).toBe(canary);
  });

  it('part hosts between which an agent moves, however many may go at once', () => {
    const from = target('a', { agents: [], runs: ['vision'] });
    const to = target('b', { agents: ['vision'], runs: [] });
    expect(wavesOf([from, target('c'), to], { canary: 0, maxParallel: 0 })).toEqual([1, 1, 2]);
  });
});

describe('the order of hosts', () => {
  it('goes by the values of a label: numbers as numbers, then texts, hosts without it last', () => {
    const list = [
      target('a'),
      target('b', { labels: { order: '10' } }),
      target('c', { labels: { order: '9' } }),
      target('d', { labels: { order: 'late' } }),
      target('e', { labels: { order: '9' } }),
    ];
    expect(orderHosts(list, 'order').map(({ host }) => host.name)).toEqual(['c', 'e', 'b', 'd', 'a']);
    expect(orderHosts(list).map(({ host }) => host.name)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });
});
