import { describe, expect, it } from 'vitest';
import type { AppStatus, HostPhase } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Rollout, RolloutHost, RolloutPhase } from '@outrider/shared/domain/rollout.js';
import { begin } from './begin.js';
import { decide, ROLLBACK_TABLE, ROLLOUT_TABLE, stay } from './decide.js';
import { type Decision, DEFAULT_LIMITS, type RolloutEvent } from './decision.js';
import { explain } from './explain.js';

const ref = (version: string): ReleaseRef => ({ version, digest: version, specDigest: version });
const [OLD, NEW, NONE] = [ref('1'), ref('2'), ref('none')];

const made = (patch: Partial<Rollout> = {}, host: Partial<RolloutHost> = {}): Rollout => ({
  ...{ id: 'r1', seq: 1, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: '2', phase: 'staging' },
  ...{ paused: false, by: 'ann', startedAt: 0, steps: 0, fromVersion: '1' },
  hosts: ['h1', 'h2'].map((name, index) => ({
    ...{ host: name, wave: index + 1, state: 'pending', from: OLD, to: NEW, touched: false, step: 0 },
    ...host,
  })),
  options: { bakeMs: 10_000, confirmWithinMs: 30_000, commit: 'together', skipDown: false },
  ...patch,
});

/** What a host says once it has accepted its last command. */
function says(rollout: Rollout, name: string, phase: HostPhase, patch: Partial<AppStatus> = {}, at = 1): RolloutEvent {
  const host = rollout.hosts.find((candidate) => candidate.host === name)!;
  const { digest, specDigest } = host.to;
  const staging = { digest, specDigest, state: 'done', reason: '', bytesDone: 1, bytesTotal: 1 } as const;
  const status: AppStatus = {
    ...{ app: 'a', phase, active: OLD, converged: true, waitingFor: '', agents: [], staging },
    fence: { epoch: 1, rollout: 1, step: host.step },
    ...patch,
  };
  return { kind: 'report', host: name, status, at };
}

/** A rollout in the middle of something, by the way it gets there. */
function walk(...events: readonly ((rollout: Rollout) => RolloutEvent)[]): Rollout {
  return events.reduce((rollout, event) => decide(rollout, event(rollout)).rollout, begin(made()).rollout);
}

const staged = (name: string) => (rollout: Rollout) => says(rollout, name, 'staged');
const onTrial =
  (name: string, at = 1) =>
  (rollout: Rollout) =>
    says(rollout, name, 'trial', { candidate: NEW }, at);
const committed = (name: string) => (rollout: Rollout) => says(rollout, name, 'committed', { active: NEW });
const tick = (at: number) => (): RolloutEvent => ({ kind: 'tick', at });
const told = ({ effects }: Decision): readonly string[] => effects.map(({ kind, host }) => `${kind} ${host}`);

const BAKED = [staged('h1'), staged('h2'), onTrial('h1'), tick(10_001), onTrial('h2', 10_002), tick(20_002)];

describe('a rollout', () => {
  it('stages everywhere at once, then switches host by host, then commits together', () => {
    expect(told(begin(made()))).toEqual(['stage h1', 'stage h2']);
    const ready = walk(staged('h1'));
    const first = decide(ready, staged('h2')(ready));
    expect(told(first)).toEqual(['switch h1']);
    expect(first.effects[0]).toMatchObject({ release: NEW, confirmWithinMs: 30_000, step: 3 });
    expect(walk(staged('h1'), staged('h2'), onTrial('h1'))).toMatchObject({ phase: 'baking', bakeUntil: 10_001 });
    expect(walk(...BAKED.slice(0, 4))).toMatchObject({ phase: 'switching' });
    expect(walk(...BAKED)).toMatchObject({
      phase: 'committing',
      hosts: [{ state: 'committing' }, { state: 'committing' }],
    });
    expect(walk(...BAKED, committed('h2'), committed('h1'))).toMatchObject({ phase: 'succeeded' });
  });

  it('does not listen to what a host said before its last command', () => {
    const ready = walk(staged('h1'), staged('h2'));
    const early = says(ready, 'h1', 'idle', { fence: { epoch: 1, rollout: 1, step: 2 } });
    expect(decide(ready, early)).toEqual({ rollout: ready, effects: [], events: [] });
    const other = says(ready, 'h1', 'idle', { fence: { epoch: 1, rollout: 9, step: 99 } });
    expect(decide(ready, other).rollout).toBe(ready);
  });

  it('bakes anew when health was interrupted', () => {
    const unwell = walk(staged('h1'), staged('h2'), onTrial('h1'), (rollout) =>
      says(rollout, 'h1', 'trial', { candidate: NEW, converged: false }, 5_000),
    );
    expect(unwell.bakeUntil).toBeUndefined();
    expect(decide(unwell, onTrial('h1', 8_000)(unwell)).rollout.bakeUntil).toBe(18_000);
    expect(decide(unwell, { kind: 'tick', at: 10_000_000 }).rollout.phase).toBe('rolling_back');
  });

  it('names the culprit of a host that went back, and takes back what was touched, last first', () => {
    const culprit = { host: 'h2', agent: 'vision', cause: 'exited with code 1', log: ['boom'] };
    const outcome = { rollout: 'r1', result: 'reverted', reason: 'failed', culprit } as const;
    const under = walk(...BAKED.slice(0, 4));
    const failed = decide(under, says(under, 'h2', 'reverting', { outcome }, 11_000));
    expect(failed.rollout).toMatchObject({
      phase: 'rolling_back',
      culprit,
      reason: 'vision on h2: exited with code 1',
    });
    expect(told(failed)).toEqual(['revert h2']);
    const next = decide(failed.rollout, says(failed.rollout, 'h2', 'idle'));
    expect(told(next)).toEqual(['revert h1']);
    const done = decide(next.rollout, says(next.rollout, 'h1', 'idle', {}, 12_000));
    expect(done.rollout).toMatchObject({ phase: 'rolled_back', endedAt: 12_000 });
    expect(done.events.at(-1)).toMatchObject({
      type: 'rollout.rolled_back',
      data: { from: '1', to: '2', hosts: { h1: 'reverted', h2: 'reverted' }, culprit, seconds: 12 },
    });
  });

  it('touches nothing where the release cannot be fetched', () => {
    const started = begin(made()).rollout;
    const staging = { ...NEW, state: 'failed', reason: 'the disk is full', bytesDone: 0, bytesTotal: 1 } as const;
    const failed = decide(started, says(started, 'h2', 'idle', { staging }));
    expect(failed.rollout).toMatchObject({ phase: 'rolled_back' });
    expect(failed.rollout.reason).toContain('the disk is full');
    expect(failed.effects).toEqual([]);
  });

  it('waits for as long as a host says that a step may take, however long that is', () => {
    const started = begin(made()).rollout;
    const preparing = { step: 'venv', withinMs: 3_600_000 };
    const staging = { ...NEW, state: 'running', reason: '', bytesDone: 1, bytesTotal: 1, preparing } as const;
    const told = decide(started, says(started, 'h2', 'idle', { staging }, 1_000));
    expect(told.rollout.deadline).toBeGreaterThan(1_000 + 3_600_000);
    // Once: every further word of it would be another decision.
    expect(decide(told.rollout, says(told.rollout, 'h2', 'idle', { staging }, 2_000)).rollout).toBe(told.rollout);
    const short = { ...staging, preparing: { ...preparing, withinMs: 100 } };
    expect(decide(started, says(started, 'h2', 'idle', { staging: short }, 1_000)).rollout).toBe(started);
  });

  it('takes back a host that had committed after all: by a switch to what it came from', () => {
    const decided = walk(...BAKED);
    const back = decide(decided, says(decided, 'h2', 'idle', {}, 21_000));
    expect(told(back)).toEqual(['revert h2']);
    const next = decide(back.rollout, says(back.rollout, 'h2', 'idle'));
    expect(told(next)).toEqual(['revert h1']);
    const found = decide(next.rollout, says(next.rollout, 'h1', 'committed', { active: NEW }));
    expect(told(found)).toEqual(['switch h1']);
    expect(found.effects[0]).toMatchObject({ release: OLD, confirmWithinMs: 0 });
    expect(decide(found.rollout, says(found.rollout, 'h1', 'idle')).rollout.phase).toBe('rolled_back');
  });

  it('takes back a first release that had committed: an empty one is fetched and switched to', () => {
    const { from: _from, ...first } = made().hosts[0]!;
    const host = { ...first, empty: NONE, state: 'committed' as const, touched: true, step: 4 };
    const second = {
      ...first,
      host: 'h2',
      state: 'committing' as const,
      touched: true,
      step: 5,
      command: 'commit' as const,
    };
    const rollout = made({ phase: 'committing', steps: 5, hosts: [host, second], deadline: 99 });
    const gone = { active: undefined } as unknown as Partial<AppStatus>;
    const back = decide(rollout, says(rollout, 'h2', 'idle', gone));
    const next = decide(back.rollout, says(back.rollout, 'h2', 'idle', gone));
    expect(next.effects).toMatchObject([{ kind: 'stage', host: 'h1', release: NONE }]);
    const staging = { ...NONE, state: 'done', reason: '', bytesDone: 0, bytesTotal: 0 } as const;
    const emptied = decide(next.rollout, says(next.rollout, 'h1', 'staged', { active: NEW, staging }));
    expect(emptied.effects).toMatchObject([{ kind: 'switch', host: 'h1', release: NONE, confirmWithinMs: 0 }]);
    expect(decide(emptied.rollout, says(emptied.rollout, 'h1', 'idle', { active: NONE })).rollout.phase).toBe(
      'rolled_back',
    );
  });

  it('does not stop at a host that does not come back, and ends stuck with its name', () => {
    const baking = walk(...BAKED.slice(0, 5));
    const back = decide(baking, { kind: 'abort', by: 'ann', at: 11_000 }).rollout;
    const late = decide(back, { kind: 'tick', at: 11_000 + DEFAULT_LIMITS.revertMs });
    expect(told(late)).toEqual(['revert h1']);
    const end = decide(late.rollout, says(late.rollout, 'h1', 'idle'));
    expect(end.rollout).toMatchObject({ phase: 'stuck', abortedBy: 'ann' });
    expect(explain(end.rollout)).toBe(
      'Rollout of a to 2 (r1) is stuck and needs a person: aborted by ann; h2 did not come back.',
    );
    expect(explain({ ...end.rollout, reason: 'h2: put it there (mode 0600).' })).toMatch(/ \(mode 0600\)\.$/);
  });

  it('does not let the others wait for a host that is stuck on its way back, and counts it in when it is well', () => {
    const stuckOn = { host: 'h2', agent: 'vision', cause: 'exited with code 1', log: [] };
    const failing = decide(walk(...BAKED.slice(0, 5)), { kind: 'abort', by: 'ann', at: 11_000 }).rollout;
    const next = decide(failing, says(failing, 'h2', 'reverting', { converged: false, stuckOn }, 12_000));
    expect(told(next)).toEqual(['revert h1']);
    expect(next.rollout.hosts[1]).toMatchObject({ state: 'failed', reason: 'vision on h2: exited with code 1' });
    const last = decide(next.rollout, says(next.rollout, 'h1', 'idle', {}, 13_000)).rollout;
    expect(last.phase).toBe('rolling_back');
    expect(decide(last, says(last, 'h2', 'idle', {}, 14_000)).rollout.phase).toBe('aborted');
    expect(decide(last, { kind: 'tick', at: 200_000 }).rollout).toMatchObject({ phase: 'stuck' });
  });

  it('waits for the lease of a host that is silent, and counts it in when it comes back', () => {
    const baking = walk(...BAKED.slice(0, 5));
    const silent = decide(baking, { kind: 'unreachable', host: 'h2', forMs: 6_000, at: 17_000 });
    expect(silent.rollout).toMatchObject({ phase: 'baking', hosts: [{ well: true }, { well: false }] });
    const failed = decide(silent.rollout, { kind: 'unreachable', host: 'h2', forMs: 60_000, at: 70_000 }).rollout;
    const skipped = decide(failed, { kind: 'unreachable', host: 'h2', forMs: 61_000, at: 71_000 });
    expect(told(skipped)).toEqual(['revert h1']);
    const waiting = decide(skipped.rollout, says(skipped.rollout, 'h1', 'idle', {}, 72_000)).rollout;
    expect(waiting).toMatchObject({ phase: 'rolling_back', deadline: 72_000 + 30_000 + DEFAULT_LIMITS.lostMs });
    expect(decide(waiting, says(waiting, 'h2', 'idle')).rollout.phase).toBe('rolled_back');
    expect(decide(waiting, { kind: 'tick', at: 200_000 }).rollout).toMatchObject({ phase: 'stuck' });
  });

  it('switches nobody while paused; neither bake nor deadline counts', () => {
    const baking = walk(...BAKED.slice(0, 3));
    const paused = decide(baking, { kind: 'pause', by: 'ann', at: 4_001 }).rollout;
    expect(paused).toMatchObject({ paused: true, bakeLeftMs: 6_000 });
    expect(decide(paused, { kind: 'tick', at: 1e9 })).toEqual({ rollout: paused, effects: [], events: [] });
    const resumed = decide(paused, { kind: 'resume', by: 'ann', at: 1e9 }).rollout;
    expect(resumed).toMatchObject({ paused: false, bakeUntil: 1e9 + 6_000 });
    expect(told(decide(resumed, { kind: 'tick', at: 1e9 + 6_000 }))).toEqual(['switch h2']);
  });

  it('makes way where somebody holds a host', () => {
    const baking = walk(...BAKED.slice(0, 3));
    const hold = { by: 'ada', since: '2026-01-01T00:00:00.000Z', reason: 'nonsense' };
    for (const phase of ['held', 'reverting'] as const) {
      const { rollout } = decide(baking, says(baking, 'h1', phase, { hold }));
      expect(rollout).toMatchObject({
        abortedBy: 'the hold on h1',
        reason:
          'h1 is held since 2026-01-01T00:00:00.000Z by ada (nonsense); release it with "coordinator host resume h1"',
      });
      // A host that is held and where it came from is back: nothing is waited for.
      const back = decide(rollout, says(rollout, 'h2', 'held', { hold })).rollout;
      expect(decide(back, says(back, 'h1', 'held', { hold })).rollout.phase).toBe('aborted');
    }
  });
});

const gone = (host: string): RolloutEvent => ({ kind: 'report', host, status: 'gone', at: 21_000 });

describe('a host that has lost its state', () => {
  it.each([
    ['staging', 0, 'h2'],
    ['switching', 2, 'h1'],
    ['baking', 3, 'h1'],
    ['committing', 6, 'h2'],
  ])('ends a rollout that is %s', (phase, steps, name) => {
    const under = walk(...BAKED.slice(0, steps));
    expect(under.phase).toBe(phase);
    expect(decide(under, gone(name)).rollout).toMatchObject({
      phase: phase === 'staging' ? 'rolled_back' : 'rolling_back',
      reason: `${name} has lost its state`,
    });
  });

  it('may not know the app yet on a first release', () => {
    const { from: _from, ...rest } = made().hosts[0]!;
    const first = begin(made({ hosts: [{ ...rest, empty: NONE }] })).rollout;
    expect(decide(first, gone('h1')).rollout).toBe(first);
  });

  it('is back where nothing ran before, and given up where something did', () => {
    const failing = decide(walk(...BAKED.slice(0, 5)), { kind: 'abort', by: 'ann', at: 11_000 }).rollout;
    const next = decide(failing, gone('h2'));
    expect(next.rollout.hosts[1]).toMatchObject({ state: 'failed', reason: 'h2 has lost its state' });
    expect(told(next)).toEqual(['revert h1']);
    const hosts = failing.hosts.map(({ from: _from, ...host }) => host);
    expect(decide({ ...failing, hosts }, gone('h2')).rollout.hosts[1]).toMatchObject({ state: 'reverted' });
  });

  it('holds up no other in a rollback', () => {
    const { rollout } = begin(made({ kind: 'rollback' }, { state: 'staged', from: NEW, to: OLD }));
    expect(told(decide(rollout, gone('h1')))).toEqual(['switch h2']);
  });
});

describe('a rollback', () => {
  const started = (): Decision => begin(made({ kind: 'rollback' }, { state: 'staged', from: NEW, to: OLD }));

  it('switches host by host without trial, and goes on past a host that fails', () => {
    expect(started().effects).toMatchObject([{ kind: 'switch', host: 'h1', confirmWithinMs: 0, release: OLD }]);
    const { rollout } = started();
    const refused = decide(rollout, { kind: 'refused', host: 'h1', step: 1, reason: 'no', at: 5 });
    expect(told(refused)).toEqual(['switch h2']);
    expect(decide(refused.rollout, says(refused.rollout, 'h2', 'idle')).rollout).toMatchObject({
      phase: 'stuck',
      reason: 'h1 refused: no',
    });
  });

  it('goes on past a host that is stuck, and counts it in when it is well', () => {
    const stuckOn = { host: 'h1', agent: 'vision', cause: 'exited with code 1', log: [] };
    const { rollout } = started();
    const next = decide(rollout, says(rollout, 'h1', 'reverting', { converged: false, stuckOn }));
    expect(told(next)).toEqual(['switch h2']);
    const last = decide(next.rollout, says(next.rollout, 'h2', 'idle')).rollout;
    expect(decide(last, says(last, 'h1', 'idle')).rollout.phase).toBe('succeeded');
    expect(decide(last, { kind: 'tick', at: 200_000 }).rollout).toMatchObject({ phase: 'stuck', culprit: stuckOn });
  });

  it('waits until a host is well on the old release before it goes to the next', () => {
    const { rollout } = started();
    expect(decide(rollout, says(rollout, 'h1', 'reverting')).effects).toEqual([]);
    expect(told(decide(rollout, says(rollout, 'h1', 'idle')))).toEqual(['switch h2']);
  });
});

describe('the table', () => {
  const events: readonly RolloutEvent[] = [
    { kind: 'report', host: 'h1', status: 'gone', at: 1 },
    { kind: 'tick', at: 1 },
    { kind: 'pause', by: 'x', at: 1 },
    { kind: 'resume', by: 'x', at: 1 },
    { kind: 'abort', by: 'x', at: 1 },
    { kind: 'refused', host: 'h1', step: 77, reason: 'x', at: 1 },
    { kind: 'unreachable', host: 'h1', forMs: 1, at: 1 },
  ];
  for (const [kind, table] of Object.entries({ rollout: ROLLOUT_TABLE, rollback: ROLLBACK_TABLE })) {
    for (const [phase, row] of Object.entries(table)) {
      for (const event of events) {
        const isStay = row[event.kind] === stay;
        it(`${kind}, ${phase}, ${event.kind}: ${isStay ? 'stays' : 'decides'} and never leaves an ended phase`, () => {
          const rollout = made({ kind: kind as Rollout['kind'], phase: phase as RolloutPhase });
          const decision = decide(rollout, event);
          if (isStay) expect(decision).toEqual({ rollout, effects: [], events: [] });
          expect(explain(decision.rollout)).toMatch(/^Roll(out|back) of a to 2 \(r1\) .*\.$/);
        });
      }
    }
  }
});
