import type { HookAsk } from '@outrider/shared/domain/hook.js';
import { describe, expect, it } from 'vitest';
import { type HookRecord, judgeAttempt, judgeHook, judgeLost } from './hook-run.js';

const ask = (more: Partial<HookAsk> = {}): HookAsk => ({
  ...{ id: 'r1/before_rollout', app: 'a', rollout: 'r1', hook: 'before_rollout', point: 'before_rollout' },
  ...{ command: ['alembic', 'upgrade'], secrets: [], timeoutMs: 5_000, retries: 0, from: '', outcome: '' },
  ...{ release: { version: '2', digest: '2', specDigest: '2' }, onlyIfBegun: false },
  ...more,
});
const UNDO = ask({ id: 'r1/before_rollout/undo', undoes: 'r1/before_rollout' });
const record = (more: Partial<HookRecord> = {}): HookRecord => ({
  ...{ ask: ask(), attempt: 1, incarnation: 'x', sinceBootMs: 0, bootId: 'b', since: '' },
  ...{ state: 'running', reason: '', log: [] },
  ...more,
});
const asked = (more: object = {}) => judgeHook({ ask: ask(), known: undefined, undone: undefined, ...more });

describe('a run', () => {
  it('begins once; whoever asks again hears what became of it, whatever has happened meanwhile', () => {
    expect(asked()).toEqual({ kind: 'begin' });
    for (const state of ['running', 'done', 'failed', 'unknown', 'void'] as const) {
      const known = record({ state, reason: 'so' });
      const answer = { kind: 'answer', answer: { state, reason: 'so', log: [] } };
      expect(asked({ known, barred: 'the host is held', ask: ask({ onlyIfBegun: true }) })).toEqual(answer);
    }
  });

  it('that may not begin is void for ever', () => {
    expect(asked({ barred: 'the host is held' })).toEqual({ kind: 'void', asks: [ask()], reason: 'the host is held' });
    const late = ask({ onlyIfBegun: true });
    expect(asked({ ask: late })).toEqual({ kind: 'void', asks: [late], reason: '' });
  });

  it('is undone when it has ended; what never began never will', () => {
    expect(asked({ ask: UNDO, undone: record() })).toMatchObject({ answer: { state: 'running' } });
    for (const state of ['done', 'failed', 'unknown'] as const)
      expect(asked({ ask: UNDO, undone: record({ state }) })).toEqual({ kind: 'begin' });
    expect(asked({ ask: UNDO, undone: record({ state: 'void' }) })).toMatchObject({ kind: 'void', asks: [UNDO] });
    expect(asked({ ask: UNDO })).toMatchObject({ kind: 'void', asks: [{ id: 'r1/before_rollout' }, UNDO], reason: '' });
  });
});

describe('an attempt', () => {
  const end = (status: object, more: object = {}, late = false) =>
    judgeAttempt({ ...record(), ...more }, { status: status as never, late });

  it('is good with 0 alone, and tried again where it says so', () => {
    expect(end({ kind: 'code', code: 0 })).toEqual({ state: 'done', reason: '', again: false });
    expect(end({ kind: 'code', code: 3 })).toEqual({ state: 'failed', reason: 'alembic ended with 3', again: false });
    expect(end({ kind: 'signal', signal: 'SIGKILL' }, {}, true).reason).toBe('alembic took longer than 5 s');
    expect(end({ kind: 'oom' }).reason).toContain('memory had run out');
    const twice = { ask: ask({ retries: 1 }) };
    expect(end({ kind: 'code', code: 3 }, twice).again).toBe(true);
    const last = end({ kind: 'code', code: 3 }, { ...twice, attempt: 2 });
    expect(last).toEqual({ state: 'failed', reason: 'alembic ended with 3 (attempt 2 of 2)', again: false });
  });

  it('whose end nobody saw is none that is tried again', () => {
    const twice = { ask: ask({ retries: 9 }) };
    expect(end({ kind: 'unknown' }, twice)).toMatchObject({ state: 'unknown', again: false });
    expect(judgeLost(record(twice), 'b')).toMatchObject({ state: 'unknown', again: false });
    expect(judgeLost(record(), 'another').reason).toBe('the machine was started anew while alembic ran');
  });
});
