import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import { describe, expect, test } from 'vitest';
import { delayOf, isAsked } from './cadence.js';
import type { NotifyWord, Observation } from './check-health.js';
import {
  type Health,
  healthScore,
  isCritical,
  newHealth,
  nextBeatDeadline,
  noteOf,
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

const NOTIFY = check({ method: { kind: 'notify', watchdogMs: 10_000 } });
const notified = (word: NotifyWord, at = 0): Observation => ({ kind: 'notified', at, word });

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
    expect(after(all, ...unready, asked('ok', 1), asked('ok', 1)).verdict).toBe('ready');
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
      cause: 'watchdog',
    });
  });

  test('for readiness alone, silence is forgiven when it ends', () => {
    const checks = [check({ method: BEAT.method, purposes: ['readiness'] })];
    const seen = [heard(0), overdue(10_000), heard(12_000, 5), heard(13_000, 6)];
    expect(verdicts(checks, ...seen)).toEqual(['ready', 'unready', 'unready', 'ready']);
    const rare = [heard(0), overdue(10_000), heard(30_000), overdue(40_000), heard(60_000), overdue(70_000)];
    expect(new Set(verdicts(checks, ...rare).slice(1))).toEqual(new Set(['unready']));
  });

  test('lateness of the sidecar itself extends the deadline by as much, and only once for each', () => {
    const late = after([BEAT], heard(0), overdue(14_000, 4_000));
    expect([late.verdict, nextBeatDeadline(late)]).toEqual(['ready', 18_000]);
    expect(after([BEAT], heard(0), overdue(14_000, 4_000), overdue(18_000)).verdict).toBe('dead');
    expect(nextBeatDeadline(after([BEAT], heard(0), overdue(90_000, 80_000)))).toBe(100_000);
  });

  test('a beat that was heard before is none; numbering may begin anew', () => {
    const next = (...seen: Observation[]): number | undefined => nextBeatDeadline(after([BEAT], ...seen));
    expect(next(heard(0, 7), heard(5_000, 7))).toBe(10_000);
    expect(next(heard(0, 7), heard(5_000, 6))).toBe(10_000);
    expect(next(heard(0, 7), heard(5_000, 8))).toBe(15_000);
    expect(next(heard(0, 7), heard(5_000))).toBe(15_000);
    expect(next(heard(0, 7), heard(5_000, 1))).toBe(15_000);
    expect(next(heard(0, 1), heard(5_000, 1))).toBe(10_000);
  });
});

describe('turning good again', () => {
  const checks = [check({ purposes: ['readiness'], retries: 2 })];
  const bad = [asked('failed'), asked('failed')];

  test('takes two good answers in a row, the first readiness only one', () => {
    expect(verdicts(checks, asked('failed'), asked('ok'), ...bad, asked('ok'), asked('ok'))).toEqual([
      'starting',
      'ready',
      'ready',
      'unready',
      'unready',
      'ready',
    ]);
  });

  test('an agent that answers every other time stays as it is', () => {
    const turns = Array.from({ length: 20 }, (_, index) => asked(index % 2 === 0 ? 'failed' : 'ok'));
    expect(new Set(verdicts(checks, asked('ok'), ...turns))).toEqual(new Set(['ready']));
    expect(new Set(verdicts(checks, asked('ok'), ...bad, ...turns).slice(2))).toEqual(new Set(['unready']));
  });

  test('is not hindered by what says nothing about the agent', () => {
    const recovered = after(checks, asked('ok'), ...bad, asked('ok'), asked('error'), asked('unproven'), asked('ok'));
    expect(recovered.verdict).toBe('ready');
  });
});

describe('degraded and busy', () => {
  const slow = check({ slowMs: 500 });
  const good = (more: Partial<Extract<Observation, { kind: 'asked' }>>): Observation => ({
    ...{ kind: 'asked', check: 0, status: 'ok', detail: 'fine' },
    ...more,
  });
  const seen = (...all: Observation[]): [string, number, string] => {
    const health = after([slow], ...all);
    return [health.verdict, healthScore(health, true), noteOf(health, '')];
  };

  test('a slow answer is good, for half', () => {
    expect(seen(good({ slow: true }))).toEqual(['ready', 0.5, 'answers slowly, after 500ms or more: fine']);
    expect(seen(good({ slow: true }), good({}))).toEqual(['ready', 1, '']);
  });

  test('so is one that calls itself degraded', () => {
    expect(seen(good({ degraded: true, detail: 'degraded: no GPU' }))).toEqual(['ready', 0.5, 'degraded: no GPU']);
  });

  test('busy is no flaw, and is not lost', () => {
    expect(seen(good({ busy: true, detail: 'healthy (busy)' }))).toEqual(['ready', 1, 'healthy (busy)']);
    const beating = after([BEAT], { ...heard(0, 1), busy: true } as Observation);
    expect(noteOf(beating, '')).toBe('busy');
    expect(noteOf(observe(beating, [BEAT], { ...heard(1, 2), busy: false } as Observation), '')).toBe('');
  });

  test('the worst is said first, then what the agent says of itself', () => {
    const checks = [check({ critical: false }), TCP];
    const failing = after(
      checks,
      asked('ok', 0),
      asked('ok', 1),
      ...Array.from({ length: 3 }, () => asked('failed', 0)),
    );
    expect([noteOf(failing, 'loading'), noteOf(after([TCP], asked('ok')), 'loading')]).toEqual(['failed 0', 'loading']);
  });
});

describe('notify', () => {
  test('is ready with READY and no sooner, and gives no sign of being well before it', () => {
    expect(verdicts([NOTIFY], heard(0), notified('alive'), notified('ready', 1_000))).toEqual([
      'starting',
      'starting',
      'ready',
    ]);
    expect(nextBeatDeadline(after([NOTIFY], notified('alive')))).toBeUndefined();
    expect(nextBeatDeadline(after([NOTIFY], notified('ready', 1_000)))).toBe(11_000);
  });

  test('without a watchdog it may be silent for ever', () => {
    const quiet = check({ method: { kind: 'notify' } });
    const ready = after([quiet], notified('ready'), notified('alive', 5_000));
    expect([ready.verdict, nextBeatDeadline(ready)]).toEqual(['ready', undefined]);
  });

  test("is dead once its watchdog has missed it, and not of the sidecar's own lateness", () => {
    expect(after([NOTIFY], notified('ready'), notified('alive', 9_000), overdue(10_000)).verdict).toBe('ready');
    expect(after([NOTIFY], notified('ready'), overdue(14_000, 4_000)).verdict).toBe('ready');
    expect(after([NOTIFY], notified('ready'), notified('alive', 9_000), overdue(19_000))).toMatchObject({
      verdict: 'dead',
      detail: 'no WATCHDOG=1 for 10s',
      cause: 'watchdog',
    });
  });

  test('is dead at once when it asks for that, even before it was ready', () => {
    for (const before of [[], [notified('ready')]]) {
      expect(after([NOTIFY], ...before, notified('trigger'))).toMatchObject({ verdict: 'dead', cause: 'watchdog' });
    }
    const readiness = check({ method: NOTIFY.method, purposes: ['readiness'] });
    expect(after([readiness], notified('ready'), notified('trigger')).verdict).toBe('unready');
  });

  test('one that stops is not ready any more and not watched, whatever else it says but READY', () => {
    const stopping = after([NOTIFY], notified('ready'), notified('stopping'), notified('alive', 1), heard(2));
    expect([stopping.verdict, nextBeatDeadline(stopping)]).toEqual(['unready', undefined]);
    expect(observe(stopping, [NOTIFY], notified('ready')).verdict).toBe('ready');
  });

  test('what it said to an earlier sidecar stays true', () => {
    const checks = [NOTIFY, check({ purposes: ['readiness'] })];
    const unready = resumedHealth(checks, 'unready', 0);
    expect([unready.checks[0]?.holds, nextBeatDeadline(unready)]).toEqual([true, 10_000]);
    const recovered = [asked('ok', 1), asked('ok', 1)].reduce((health, one) => observe(health, checks, one), unready);
    expect(recovered.verdict).toBe('ready');
  });
});

test('what was taken over is believed until a check says otherwise', () => {
  const checks = [TCP, check({ method: BEAT.method, purposes: ['liveness'] })];
  const ready = resumedHealth(checks, 'ready', 5_000);
  expect([ready.verdict, nextBeatDeadline(ready), healthScore(ready, true)]).toEqual(['ready', 15_000, 1]);
  expect(observe(ready, checks, asked('failed')).verdict).toBe('ready');
  const unready = resumedHealth([TCP], 'unready', 0);
  expect(observe(unready, [TCP], asked('error')).verdict).toBe('unready');
  expect(observe(observe(unready, [TCP], asked('ok')), [TCP], asked('ok')).verdict).toBe('ready');
});

describe('cadence', () => {
  const starting = newHealth([TCP]);
  const exec = check({ method: { kind: 'exec', command: ['true'] } });

  test.each([
    [0, 25],
    [4_999, 25],
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

  test('a check that recovers is asked again soon, and no later than it would be', () => {
    const checks = [check({ purposes: ['readiness'], retries: 1 })];
    const recovering = after(checks, asked('ok'), asked('failed'), asked('ok'));
    expect(recovering.verdict).toBe('unready');
    expect(delayOf(recovering, checks[0]!, 0, 60_000, false)).toBe(250);
    expect(delayOf(recovering, check({ intervalMs: 100 }), 0, 60_000, false)).toBe(100);
  });

  test('what is told is never asked for', () => {
    expect(isAsked(newHealth([BEAT]), [BEAT], 0)).toBe(false);
    expect(isAsked(newHealth([NOTIFY]), [NOTIFY], 0)).toBe(false);
  });
});
