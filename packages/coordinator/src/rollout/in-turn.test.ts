import { describe, expect, it } from 'vitest';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { begin } from './begin.js';
import { decide } from './decide.js';
import type { RolloutEvent } from './decision.js';
import { inTurn } from './in-turn.js';
import { toldAnew } from './told-anew.js';

const ref = (version: string): ReleaseRef => ({ version, digest: version, specDigest: version });
const [OLD, NEW] = [ref('1'), ref('2')];

function begun(names: readonly string[]): Rollout {
  return begin({
    ...{ id: 'r1', seq: 1, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: '2' },
    ...{ phase: 'staging', paused: false, by: 'ann', startedAt: 0, steps: 0 },
    hosts: names.map((host, index) => ({
      ...{ host, wave: index + 1, state: 'pending', from: OLD, to: NEW, touched: false, step: 0 },
    })),
    options: { bakeMs: 1_000, confirmWithinMs: 30_000, commit: 'together', skipDown: false },
  }).rollout;
}

function report({ hosts, seq }: Rollout, name: string, patch: Partial<AppStatus>, after = 0): RolloutEvent {
  const step = (hosts.find(({ host }) => host === name)?.step ?? 0) + after;
  const status: AppStatus = {
    ...{ app: 'a', phase: 'idle', converged: true, waitingFor: '', agents: [], active: OLD },
    ...{ fence: { epoch: 1, rollout: seq, step }, rollout: 'r1' },
    ...patch,
  };
  return { kind: 'report', host: name, status, at: 1 };
}

const staged = { staging: { ...NEW, state: 'done', reason: '', bytesDone: 1, bytesTotal: 1 } } as const;

describe('several events in turn', () => {
  it('come to what they come to one by one', () => {
    const rollout = begun(['a', 'b', 'c']);
    const events = ['c', 'a', 'b'].map((name) => report(rollout, name, staged));
    const together = inTurn(rollout, events, decide);
    let alone = rollout;
    for (const event of events) alone = decide(alone, event).rollout;
    expect(together.rollout).toEqual(alone);
    expect(together.effects).toMatchObject([{ host: 'a', kind: 'switch', step: 4 }]);
    expect(together.events.map(({ type, host = '' }) => `${type} ${host}`)).toEqual([
      ...['rollout.host.staged c', 'rollout.host.staged a', 'rollout.host.staged b', 'rollout.host.switching a'],
    ]);
  });

  it('leave of two commands to one host the last', () => {
    const rollout = begun(['a']);
    // Switched by the first, and back by itself in the second.
    const events = [report(rollout, 'a', staged), report(rollout, 'a', { phase: 'reverting' }, 1)];
    const { effects, rollout: after } = inTurn(rollout, events, decide);
    expect(after.phase).toBe('rolling_back');
    expect(effects).toMatchObject([{ host: 'a', kind: 'revert', step: 3 }]);
  });

  it('change nothing where none does', () => {
    const rollout = begun(['a', 'b']);
    const { rollout: after, effects, events } = inTurn(rollout, [{ kind: 'tick', at: 1 }], decide);
    expect(after).toBe(rollout);
    expect([...effects, ...events]).toEqual([]);
  });
});

describe('whose last word is heard again', () => {
  const namesOf = (now: Rollout, before?: Rollout): readonly string[] => toldAnew(now, before).map(({ host }) => host);

  it('is every host where the phase has changed, or nobody knows from what', () => {
    const rollout = begun(['a', 'b']);
    expect(namesOf({ ...rollout, phase: 'switching' }, rollout)).toEqual(['a', 'b']);
    expect(namesOf(rollout)).toEqual(['a', 'b']);
  });

  it('is one of which alone something has changed', () => {
    const rollout = begun(['a', 'b', 'c']);
    const { rollout: after } = decide(rollout, report(rollout, 'b', staged));
    expect(namesOf(after, rollout)).toEqual(['b']);
    expect(namesOf(rollout, rollout)).toEqual([]);
  });
});
