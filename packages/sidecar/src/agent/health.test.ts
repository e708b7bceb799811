import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import { describe, expect, test } from 'vitest';
import { delayOf, isAsked } from './cadence.js';
import {
  type Health,
  type Observation,
  healthScore,
  isCritical,
  newHealth,
  nextBeatDeadline,
  observe,
  resumedHealth,
  startPeriodMs,
} from './health.js';

const TCP: Healthcheck = {
  method: { kind: 'tcp', address: '127.0.0.1:1' },
  purposes: ['startup', 'readiness', 'liveness'],
  level: 'basic',
  critical: true,
  intervalMs: 5_000,
  timeoutMs: 1_000,
  retries: 3,
  startPeriodMs: 60_000,
};
const check = (given: Partial<Healthcheck>): Healthcheck => ({ ...TCP, ...given });
const BEAT = check({ method: { kind: 'heartbeat', withinMs: 10_000 } });

type Status = 'ok' | 'failed' | 'error' | 'unproven';
const asked = (status: Status, index = 0): Observation => ({
  kind: 'asked',
  check: index,
  status,
  detail: `${status} ${index}`,
});
const heard = (at: number, seq?: number): Observation => ({ kind: 'heard', at, ...(seq === undefined ? {} : { seq }) });
const overdue = (at: number, lateMs = 0): Observation => ({ kind: 'overdue', at, lateMs });
const after = (checks: readonly Healthcheck[], ...seen: readonly Observation[]): Health =>
  seen.reduce((health, one) => observe(health, checks, one), newHealth(checks));
const verdicts = (checks: readonly Healthcheck[], ...seen: readonly Observation[]): string[] =>
  seen.map((_, index) => after(checks, ...seen.slice(0, index + 1)).verdict);

describe('one check for all purposes', () => {
  test('no failure counts before it was ready', () => {
    expect(after([TCP], ...Array.from({ length: 50 }, () => asked('failed'))).verdict).toBe('starting');
    expect(after([TCP], ...Array.from({ length: 50 }, () => asked('failed')), asked('ok')).verdict).toBe('ready');
  });

  test('as many failures in a row as retries, not before', () => {
    expect(verdicts([TCP], asked('ok'), asked('failed'), asked('failed'), asked('ok'))).toEqual([
      'ready',
      'ready',
      'ready',
      'ready',
    ]);
    const dying = after(
      [TCP],
      asked('ok'),
      asked('failed'),
      asked('failed'),
      asked('ok'),
      asked('failed'),
      asked('failed'),
      asked('failed'),
    );
    expect(dying).toMatchObject({ verdict: 'dead', detail: 'failed 0' });
  });

  test('errors of the prober and answers of others neither fail nor heal', () => {
    const quiet = [asked('error'), asked('unproven'), asked('error'), asked('unproven'), asked('error')];
    expect(after([TCP], ...quiet).verdict).toBe('starting');
    expect(after([TCP], asked('ok'), ...quiet).verdict).toBe('ready');
    expect(after([TCP], asked('ok'), asked('failed'), asked('failed'), ...quiet, asked('failed')).verdict).toBe('dead');
  });
});

describe('purposes apart', () => {
  const startup = check({ purposes: ['startup'] });
  const readiness = check({ purposes: ['readiness'] });
  const liveness = check({ purposes: ['liveness'], retries: 2 });
  const all = [startup, readiness, liveness];
  const askedNow = (health: Health): boolean[] => all.map((_, index) => isAsked(health, all, index));

  test('startup holds the others off', () => {
    expect(askedNow(newHealth(all))).toEqual([true, false, false]);
    const started = after(all, asked('ok', 0));
    expect(started.verdict).toBe('starting');
    expect(askedNow(started)).toEqual([false, true, false]);
    const ready = after(all, asked('ok', 0), asked('ok', 1));
    expect(ready.verdict).toBe('ready');
    expect(askedNow(ready)).toEqual([false, true, true]);
  });

  test('readiness is lost and comes back; liveness ends it', () => {
    const bad = Array.from({ length: 3 }, () => asked('failed', 1));
    const unready = [asked('ok', 0), asked('ok', 1), ...bad];
    expect(after(all, ...unready)).toMatchObject({ verdict: 'unready', detail: 'failed 1' });
    expect(after(all, ...unready, asked('ok', 1)).verdict).toBe('ready');
    expect(after(all, ...unready, asked('failed', 2)).verdict).toBe('unready');
    expect(after(all, ...unready, asked('failed', 2), asked('failed', 2)).verdict).toBe('dead');
  });

  test('only the startup and readiness that hold it up bound the start', () => {
    expect(startPeriodMs([liveness])).toBeUndefined();
    expect(startPeriodMs([check({ critical: false })])).toBeUndefined();
    expect(startPeriodMs([startup, check({ purposes: ['readiness'], startPeriodMs: 90_000 })])).toBe(90_000);
    expect(newHealth([liveness]).verdict).toBe('ready');
  });
});

test('a check that is not critical holds nothing up, and is scored', () => {
  const checks = [check({ critical: false }), TCP];
  const ready = after(checks, asked('ok', 1), ...Array.from({ length: 9 }, () => asked('failed', 0)));
  expect(ready.verdict).toBe('ready');
  expect(healthScore(ready, true)).toBe(0.5);
  expect(healthScore(after(checks, asked('ok', 0), asked('ok', 1)), true)).toBe(1);
  expect([healthScore(newHealth([]), true), healthScore(newHealth([]), false)]).toEqual([1, 0]);
  expect([isCritical([]), isCritical(checks), isCritical([check({ critical: false })])]).toEqual([true, true, false]);
});

describe('heartbeat', () => {
  test('is ready with the first message and dead with silence', () => {
    expect(newHealth([BEAT]).verdict).toBe('starting');
    const alive = after([BEAT], heard(1_000));
    expect([alive.verdict, nextBeatDeadline(alive)]).toEqual(['ready', 11_000]);
    expect(after([BEAT], heard(1_000), overdue(10_999)).verdict).toBe('ready');
    expect(after([BEAT], heard(1_000), overdue(11_000))).toMatchObject({
      verdict: 'dead',
      detail: 'no message for 10s',
    });
  });

  test('for readiness alone, silence is forgiven when it ends', () => {
    const checks = [check({ method: BEAT.method, purposes: ['readiness'] })];
    expect(verdicts(checks, heard(0), overdue(10_000), heard(12_000, 5))).toEqual(['ready', 'unready', 'ready']);
  });

  test('lateness of the sidecar itself extends the deadline by as much, and only once for each', () => {
    const late = after([BEAT], heard(0), overdue(14_000, 4_000));
    expect([late.verdict, nextBeatDeadline(late)]).toEqual(['ready', 18_000]);
    expect(after([BEAT], heard(0), overdue(14_000, 4_000), overdue(18_000)).verdict).toBe('dead');
  });

  test('a beat that was heard before is none; numbering may begin anew', () => {
    const next = (...seen: Observation[]): number | undefined => nextBeatDeadline(after([BEAT], ...seen));
    expect(next(heard(0, 7), heard(5_000, 7))).toBe(10_000);
    expect(next(heard(0, 7), heard(5_000, 6))).toBe(10_000);
    expect(next(heard(0, 7), heard(5_000, 8))).toBe(15_000);
    expect(next(heard(0, 7), heard(5_000))).toBe(15_000);
    expect(next(heard(0, 7), heard(5_000, 1))).toBe(15_000);
  });
});

test('what was taken over is believed until a check says otherwise', () => {
  const checks = [TCP, check({ method: BEAT.method, purposes: ['liveness'] })];
  const ready = resumedHealth(checks, 'ready', 5_000);
  expect([ready.verdict, nextBeatDeadline(ready), healthScore(ready, true)]).toEqual(['ready', 15_000, 1]);
  expect(observe(ready, checks, asked('failed')).verdict).toBe('ready');
  const unready = resumedHealth([TCP], 'unready', 0);
  expect(observe(unready, [TCP], asked('error')).verdict).toBe('unready');
  expect(observe(unready, [TCP], asked('ok')).verdict).toBe('ready');
});

describe('cadence', () => {
  const starting = newHealth([TCP]);
  const exec = check({ method: { kind: 'exec', command: ['true'] } });

  test.each([
    [0, 50],
    [4_999, 50],
    [5_000, 100],
    [20_000, 400],
    [50_000, 1_000],
    [500_000, 1_000],
  ])('%i ms into a start it is asked again after %i ms', (elapsed, delay) => {
    expect(delayOf(starting, TCP, 0, elapsed, false)).toBe(delay);
  });

  test('a program is run at most once a second, and early for the first time', () => {
    expect(delayOf(newHealth([exec]), exec, 0, 0, true)).toBe(50);
    expect(delayOf(newHealth([exec]), exec, 0, 100, false)).toBe(1_000);
  });

  test('as declared once nothing waits for it', () => {
    expect(delayOf(after([TCP], asked('ok')), TCP, 0, 100, false)).toBe(5_000);
    const idle = check({ critical: false });
    expect(delayOf(newHealth([idle, TCP]), idle, 0, 0, true)).toBe(5_000);
  });

  test('beats are never asked for', () => {
    expect(isAsked(newHealth([BEAT]), [BEAT], 0)).toBe(false);
  });
});
