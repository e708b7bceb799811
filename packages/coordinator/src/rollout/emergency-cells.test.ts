/** What an emergency makes of a rollout or a rollback that is under way. */
import type { HookSpec } from '@outrider/shared/domain/hook.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.js';
import type { Decision, RolloutEvent } from './decision.js';

const ref = (version: string): ReleaseRef => ({ version, digest: version, specDigest: version });
type HostPatch = Partial<RolloutHost> & Pick<RolloutHost, 'state'>;

const made = (patch: Partial<Rollout>, ...hosts: readonly HostPatch[]): Rollout => ({
  ...{ id: 'r1', seq: 1, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: '2' },
  ...{ phase: 'switching', paused: false, by: 'ann', startedAt: 0, steps: 9 },
  hosts: hosts.map((host, index) => ({
    ...{ host: `h${index + 1}`, wave: index + 1, from: ref('1'), to: ref('2'), touched: true, step: index + 1 },
    ...host,
  })),
  options: { bakeMs: 10_000, confirmWithinMs: 30_000, commit: 'together', skipDown: false },
  ...patch,
});

const emergency = (rollout: Rollout): Decision => decide(rollout, { kind: 'abort', by: 'bob', urgent: true, at: 100 });
const told = ({ effects }: Decision): readonly string[] =>
  effects.map(({ kind, host, release }) => `${kind} ${host} ${release.version}`).sort();
const isCommitted = (host: RolloutHost): RolloutHost => ({ ...host, state: 'committed' });
const lines = ({ events }: Decision): readonly string[] => events.map(({ type }) => type);

describe('of a rollout', () => {
  it('takes back all that was touched at once', () => {
    const decision = emergency(
      made({}, { state: 'trial' }, { state: 'switching' }, { state: 'staged', touched: false }),
    );
    expect(told(decision)).toEqual(['revert h1 2', 'revert h2 2']);
    expect(decision.rollout).toMatchObject({ phase: 'rolling_back', urgent: true, abortedBy: 'bob' });
    expect(decision.events[0]).toMatchObject({ type: 'rollout.rolling_back', data: { strategy: 'emergency' } });
  });

  it('also after the decision to commit, which an abort does not', () => {
    const committing = made({ phase: 'committing' }, { state: 'committed' }, { state: 'committing' });
    expect(told(emergency(committing))).toEqual(['revert h2 2', 'switch h1 1']);
    expect(decide(committing, { kind: 'abort', by: 'bob', at: 100 }).rollout).toBe(committing);
  });

  it('that goes back already: tells all others, and again whoever is on the way', () => {
    const back = made(
      { phase: 'rolling_back', reason: 'it failed' },
      ...([{ state: 'trial' }, { state: 'reverting', command: 'revert' }, { state: 'reverted' }] as const),
      { state: 'reverting', command: 'switch' },
    );
    const decision = emergency(back);
    expect(told(decision)).toEqual(['revert h1 2', 'revert h2 2', 'switch h4 1']);
    expect(decision.rollout).toMatchObject({ urgent: true, reason: 'it failed' });
    expect(decision.rollout.abortedBy).toBeUndefined();
    expect(lines(decision)).toEqual(['rollout.rolling_back', 'rollout.host.reverting']);
    expect(emergency(decision.rollout).rollout).toBe(decision.rollout);
    expect(decide(back, { kind: 'abort', by: 'bob', at: 100 }).rollout).toBe(back);
  });

  it('keeps it nowhere, whatever was asked for', () => {
    const back = made(
      { phase: 'rolling_back', reason: 'it failed' },
      { state: 'committed', stays: true },
      { state: 'committing', command: 'commit', stays: true },
      { state: 'reverting', command: 'revert' },
    );
    const decision = emergency(back);
    expect(told(decision)).toEqual(['revert h2 2', 'revert h3 2', 'switch h1 1']);
    expect(decision.rollout.hosts.every(({ stays }) => stays === undefined)).toBe(true);
  });
});

describe('of a rollback', () => {
  const rollback = (strategy: Rollout['options']['strategy'], patch: Partial<Rollout>, ...hosts: HostPatch[]) =>
    made({ kind: 'rollback', ...patch, options: { ...made({}).options, ...(strategy && { strategy }) } }, ...hosts);

  it.each(['graceful', 'progressive'] as const)(
    'that is %s: sends all at once, and again who is on the way',
    (strategy) => {
      const decision = emergency(
        rollback(strategy, {}, { state: 'committed' }, { state: 'switching' }, { state: 'staged', touched: false }),
      );
      expect(told(decision)).toEqual(['switch h2 2', 'switch h3 2']);
      expect(decision.rollout).toMatchObject({ urgent: true, phase: 'switching' });
      expect(decision.rollout.abortedBy).toBeUndefined();
      expect(emergency(decision.rollout).rollout).toBe(decision.rollout);
    },
  );

  it('that is on hold or paused goes on', () => {
    const held = { paused: true, holding: 'h1 cannot be reached', reason: 'h1 cannot be reached' };
    const decision = emergency(
      rollback('progressive', held, { state: 'unreachable' }, { state: 'staged', touched: false }),
    );
    expect(told(decision)).toEqual(['switch h2 2']);
    expect(decision.rollout.paused).toBe(false);
    expect(decision.rollout.holding).toBeUndefined();
    expect(lines(decision)[0]).toBe('rollout.resumed');
  });

  it('waits for no hook before a host, and for one that runs only at the end', () => {
    const hook = { name: 'before_revert', point: 'before_revert', on: 'each' } as unknown as HookSpec;
    const hookRuns = [{ id: 'r1/before_revert/h1', hook: hook.name, host: 'h1', state: 'running' }] as const;
    const two = [
      { state: 'staged', touched: false },
      { state: 'staged', touched: false },
    ] as const;
    const decision = emergency(rollback('graceful', { hooks: [hook], hookRuns }, ...two));
    expect([told(decision), decision.rollout.hookRuns]).toEqual([['switch h1 2', 'switch h2 2'], hookRuns]);
    const arrived = { ...decision.rollout, hosts: decision.rollout.hosts.map(isCommitted) };
    const isDone: RolloutEvent = {
      kind: 'hook',
      run: 'r1/before_revert/h1',
      answer: { state: 'done', reason: '', log: [] },
      at: 200,
    };
    expect(decide(arrived, { kind: 'tick', at: 101 }).rollout.phase).toBe('switching');
    expect(decide(arrived, isDone).rollout.phase).toBe('succeeded');
  });

  it('sends nobody to what moves before that has left', () => {
    const moving = rollback('graceful', {}, { state: 'switching' }, { state: 'staged', touched: false, after: ['h1'] });
    expect(told(emergency(moving))).toEqual(['switch h1 2']);
  });
});
