import { describe, expect, it } from 'vitest';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { AgentFingerprint } from '@outrider/shared/domain/host.js';
import { asCarried, asRolledBack, scaledNotices } from './carried.js';
import type { Target } from './plan-host.js';

const plain = (name: string, replicas: number): HostAgent => ({ name, replicas, fingerprint: 'f' }) as HostAgent;
const bounded = (name: string, min: number, max: number): HostAgent => ({
  ...plain(name, min),
  scaling: { min, max, targets: [], cooldownMs: 60_000 },
});
const runs = (name: string, replicas: number, declared = replicas): AgentFingerprint => ({
  ...{ name, replicas, fingerprint: 'f' },
  ...(declared === replicas ? {} : { scaled: { declared, by: 'ada', since: 'then', reason: '' } }),
});
const counts = (agents: readonly HostAgent[]): readonly number[] => agents.map(({ replicas }) => replicas);

describe('a plan reckons as hosts do', () => {
  const app = { agents: [runs('a', 5, 2), runs('b', 3)] };

  it('with as many as run now where there are bounds, else with what the release says', () => {
    expect(counts(asCarried([bounded('a', 1, 4), plain('b', 2), bounded('c', 2, 9)], app))).toEqual([4, 2, 2]);
    expect(counts(asCarried([bounded('a', 1, 9)], undefined))).toEqual([1]);
  });

  it('and on the way back with as many as ran of the release before', () => {
    const [previous, other] = ['1', '2'].map((version) => ({ version, digest: version, specDigest: version }));
    const known = { ...app, previous: previous!, previousReplicas: [{ name: 'a', replicas: 7 }] };
    expect(counts(asRolledBack([plain('a', 2), plain('b', 1)], previous!, known))).toEqual([7, 1]);
    expect(counts(asRolledBack([bounded('a', 2, 6)], previous!, known))).toEqual([5]);
    expect(counts(asRolledBack([plain('a', 2)], other!, known))).toEqual([2]);
  });
});

it('whoever has scaled an agent is told where a plain number holds again', () => {
  const agents = [runs('a', 5, 2), runs('b', 3), runs('c', 4, 1), runs('d', 2, 1)];
  const spec = { agents: [plain('a', 2), plain('b', 1), bounded('c', 1, 9), plain('d', 2)] };
  expect(scaledNotices([{ host: { name: 'pc2', app: { agents } }, spec } as unknown as Target])).toEqual([
    'a on pc2: scaled to 5 (since then, by ada), release says 2.',
  ]);
});
