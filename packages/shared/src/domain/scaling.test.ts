import { describe, expect, it } from 'vitest';
import { asScaled, carriedOver, carriedReplicas, problemOfReplicas, type Scalable, type Scaled } from './scaling.js';

const plain = (name: string, replicas: number): Scalable => ({ name, replicas });
const bounded = (name: string, min: number, max: number): Scalable => ({
  ...{ name, replicas: min },
  scaling: { min, max, targets: [], cooldownMs: 60_000 },
});
const order = (replicas: number): Scaled => ({ replicas, by: 'ada', since: 'then', reason: 'a busy day' });
const NOW = { by: 'bob', since: 'now' };

describe('bounds', () => {
  it('are those of the release, or what a host can have of one agent', () => {
    expect(problemOfReplicas(plain('a', 1), 0)).toBeUndefined();
    expect(problemOfReplicas(plain('a', 1), 1_000)).toBeUndefined();
    expect(problemOfReplicas(plain('a', 1), 1_001)).toBe('a can have from 0 to 1000 instances on a host, not 1001.');
    expect(problemOfReplicas(bounded('a', 2, 4), 4)).toBeUndefined();
    expect(problemOfReplicas(bounded('a', 2, 4), 1)).toBe(
      'a can have from 2 to 4 instances on a host by its release (`replicas` in agents.yaml), not 1.',
    );
    expect(problemOfReplicas(plain('a', 1), 1.5)).toContain('not 1.5');
  });
});

describe('what another release finds', () => {
  it('is as many as there are where it has bounds, within them; else what it says', () => {
    expect(carriedReplicas(bounded('a', 2, 10), 5)).toBe(5);
    expect(carriedReplicas(bounded('a', 2, 4), 5)).toBe(4);
    expect(carriedReplicas(bounded('a', 6, 10), 5)).toBe(6);
    expect(carriedReplicas(plain('a', 2), 5)).toBe(2);
    expect(carriedReplicas(bounded('a', 2, 10), undefined)).toBe(2);
  });

  it('keeps who ordered it and when', () => {
    const before = { agents: [bounded('a', 1, 9), plain('b', 3)], scaled: { a: order(5) } };
    expect(carriedOver(before, [bounded('a', 1, 4), bounded('b', 1, 4), bounded('c', 1, 4)], NOW)).toEqual({
      a: { ...order(5), replicas: 4 },
      b: { ...NOW, replicas: 3, reason: 'as many as ran before' },
    });
    expect(carriedOver(before, [plain('a', 2)], NOW)).toEqual({});
    expect(carriedOver(before, [bounded('a', 5, 9)], NOW)).toEqual({});
  });

  it('takes no order for an agent that is called like something else', () => {
    const agent = plain('constructor', 2);
    expect(asScaled(agent, {})).toBe(agent);
    expect(carriedOver({ agents: [agent], scaled: {} }, [bounded('constructor', 1, 3)], NOW)).toEqual({
      constructor: { ...NOW, replicas: 2, reason: 'as many as ran before' },
    });
  });
});
