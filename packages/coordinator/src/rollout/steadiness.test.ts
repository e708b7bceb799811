import { describe, expect, it } from 'vitest';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { begin } from './begin.js';
import { decide } from './decide.js';
import { DEFAULT_LIMITS, type RolloutEvent } from './decision.js';
import { explain } from './explain.js';

const ref = (version: string): ReleaseRef => ({ version, digest: version, specDigest: version });
const [OLD, NEW] = [ref('1'), ref('2')];

const made: Rollout = {
  ...{ id: 'r1', seq: 1, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: '2', phase: 'staging' },
  ...{ paused: false, by: 'ann', startedAt: 0, steps: 0, fromVersion: '1' },
  hosts: ['h1', 'h2'].map((host, index) => ({
    ...{ host, wave: index + 1, state: 'pending', from: OLD, to: NEW, touched: false, step: 0 },
  })),
  options: { bakeMs: 10_000, confirmWithinMs: 30_000, commit: 'together', skipDown: false },
};

function says(rollout: Rollout, host: string, at: number, how: { trial?: true; unsteady?: true } = {}): Rollout {
  const { step = 0 } = rollout.hosts.find((one) => one.host === host) ?? {};
  const event: RolloutEvent = {
    ...{ kind: 'report', host, at },
    status: {
      ...{ app: 'a', active: OLD, converged: true, waitingFor: '', agents: [] },
      ...{ phase: how.trial === true ? 'trial' : 'staged', fence: { epoch: 1, rollout: 1, step } },
      ...(how.trial === true ? { candidate: NEW } : {}),
      staging: { digest: '2', specDigest: '2', state: 'done', reason: '', bytesDone: 1, bytesTotal: 1 },
    },
    ...(how.unsteady === true ? { unsteady: true } : {}),
  };
  return decide(rollout, event).rollout;
}

const states = ({ phase, hosts }: Rollout): string => `${phase} ${hosts.map(({ state }) => state).join(' ')}`;
const tick = (rollout: Rollout, at: number): Rollout => decide(rollout, { kind: 'tick', at }).rollout;

describe('a host that comes and goes', () => {
  const staged = says(says(begin(made).rollout, 'h1', 1, { unsteady: true }), 'h2', 2);

  it('keeps its wave waiting, and no longer than until it is steady', () => {
    expect(states(staged)).toBe('switching staged staged');
    expect(explain(staged)).toContain('waits for h1, which comes and goes, to be steady');
    expect(tick(staged, 60_000)).toBe(staged);
    expect(states(says(staged, 'h1', 70_000))).toBe('switching switching staged');
  });

  it('fails the rollout where it never is, with its name', () => {
    const late = tick(staged, 2 + DEFAULT_LIMITS.switchMs);
    expect([late.phase, late.reason]).toEqual(['rolled_back', 'h1 came and went, and did not become steady in time']);
  });

  it('of a later wave lets those on trial wait, who do not bake a second time', () => {
    const first = says(says(says(begin(made).rollout, 'h1', 1), 'h2', 2, { unsteady: true }), 'h1', 3, { trial: true });
    const baked = tick(first, 10_003);
    expect([states(baked), baked.awaitsSteady]).toEqual(['switching trial staged', true]);
    const again = says(baked, 'h1', 12_000, { trial: true });
    expect(again.phase).toBe('switching');
    expect(states(says(again, 'h2', 13_000))).toBe('switching trial switching');
  });

  it('is waited for anew after a pause, and on hold is up to a person', () => {
    const paused = decide(staged, { kind: 'pause', by: 'ann', at: 5 }).rollout;
    expect(states(says(paused, 'h1', 6))).toBe('switching staged staged');
    const resumed = decide(paused, { kind: 'resume', by: 'ann', at: 10 }).rollout;
    expect([states(resumed), resumed.deadline]).toEqual(['switching staged staged', 10 + DEFAULT_LIMITS.switchMs]);
    const held = tick({ ...staged, options: { ...made.options, onFailure: 'hold' } }, 2 + DEFAULT_LIMITS.switchMs);
    expect(held).toMatchObject({ paused: true, holding: 'h1 came and went, and did not become steady in time' });
  });

  it('on trial already is no matter: its own lease guards it', () => {
    const first = says(says(begin(made).rollout, 'h1', 1), 'h2', 2);
    expect(states(says(first, 'h1', 3, { trial: true, unsteady: true }))).toBe('baking trial staged');
  });
});
