import { describe, expect, it } from 'vitest';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { decide } from './decide.js';
import { DEFAULT_LIMITS } from './decision.js';

const ref = (version: string) => ({ version, digest: version, specDigest: version });

const baking = (patch: Partial<Rollout> = {}): Rollout => ({
  ...{ id: 'r1', seq: 1, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: '2', phase: 'baking' },
  ...{ paused: false, by: 'ann', startedAt: 0, steps: 1, bakeUntil: 10_000, deadline: 20_000 },
  hosts: [
    {
      ...{ host: 'h1', wave: 1, state: 'trial', from: ref('1'), to: ref('2'), touched: true, well: true },
      ...{ step: 1, command: 'switch' },
    },
  ],
  options: { bakeMs: 10_000, confirmWithinMs: 30_000, commit: 'together', skipDown: false },
  ...patch,
});

describe('the gate of a bake', () => {
  it('is passed at its end', () => {
    const { events } = decide(baking(), { kind: 'tick', at: 10_000 });
    expect(events).toContainEqual({ type: 'rollout.gate.passed', data: { gate: 'health' } });
  });

  it('is failed by a host that goes back', () => {
    const status: AppStatus = {
      ...{ app: 'a', phase: 'reverting', active: ref('1'), converged: false, waitingFor: '', agents: [] },
      fence: { epoch: 1, rollout: 1, step: 1 },
    };
    const { events } = decide(baking(), { kind: 'report', host: 'h1', status, at: 5_000 });
    expect(events[0]).toMatchObject({ type: 'rollout.gate.failed', host: 'h1', data: { gate: 'health' } });
  });

  it('waits on past the deadline where all are well again, and names who is not', () => {
    const late = decide(baking({ bakeUntil: 25_000 }), { kind: 'tick', at: 20_000 });
    expect(late.rollout).toMatchObject({ phase: 'baking', deadline: 25_001 });
    expect(decide(late.rollout, { kind: 'tick', at: 25_000 }).rollout.phase).toBe('committing');
    const [host] = baking().hosts;
    const { bakeUntil: _bakeUntil, ...unwell } = baking({ hosts: [{ ...host!, well: false }] });
    const failed = decide(unwell, { kind: 'tick', at: 20_000 }, DEFAULT_LIMITS);
    expect(failed.rollout).toMatchObject({ phase: 'rolling_back', reason: 'h1 did not finish baking in time' });
    expect(failed.events[0]).toMatchObject({ type: 'rollout.gate.failed' });
  });
});
