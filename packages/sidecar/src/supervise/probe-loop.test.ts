import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import { ManualClock, settled } from '@outrider/shared/testing/manual-clock.js';
import { expect, test } from 'vitest';
import { type Health, newHealth } from '../agent/health.js';
import type { ProbeResult } from './ports.js';
import { ProbeLoop } from './probe-loop.js';

const TCP: Healthcheck = {
  method: { kind: 'tcp', address: '127.0.0.1:1' },
  purposes: ['startup', 'readiness', 'liveness'],
  level: 'basic',
  critical: true,
  intervalMs: 5_000,
  timeoutMs: 1_000,
  retries: 2,
  startPeriodMs: 60_000,
};
const BEAT: Healthcheck = { ...TCP, method: { kind: 'heartbeat', withinMs: 3_000 } };

/** A loop whose questions the test answers. */
class Asked {
  readonly clock = new ManualClock();
  readonly at: number[] = [];
  readonly signals: AbortSignal[] = [];
  readonly statuses: string[] = [];
  verdict = 'starting';
  #answer: ((result: ProbeResult) => void) | undefined;
  readonly loop: ProbeLoop;

  constructor(checks: readonly Healthcheck[] = [TCP]) {
    this.loop = new ProbeLoop(
      {
        clock: this.clock,
        checks,
        probes: {
          ask: (_check, _target, signal) => {
            this.at.push(this.clock.monotonic());
            this.signals.push(signal);
            return new Promise((resolve) => (this.#answer = resolve));
          },
        },
        target: () => ({
          identity: { pid: 1, startTicks: 1, bootId: '' },
          incarnation: 'i',
          shared: [],
          env: {},
          cwd: '/',
        }),
        asked: (_check, { status }) => this.statuses.push(status),
        changed: (health: Health) => (this.verdict = health.verdict),
      },
      newHealth(checks),
    );
  }

  async answer(status: ProbeResult['status']): Promise<void> {
    this.#answer?.({ status, seconds: 0, detail: status });
    await settled();
  }
}

test('asks early and often until it holds, then as declared, one question at a time', async () => {
  const asked = new Asked();
  await asked.clock.advance(10);
  await asked.clock.advance(500);
  expect(asked.at).toEqual([10]);
  await asked.answer('failed');
  await asked.clock.advance(25);
  await asked.answer('ok');
  expect(asked.verdict).toBe('ready');
  await asked.clock.advance(5_000);
  expect(asked.at).toEqual([10, 535, 5_535]);
  asked.loop.stop();
});

test('a failure while this process itself was starved is none', async () => {
  const asked = new Asked();
  await asked.clock.advance(10);
  await asked.answer('ok');
  for (const lateMs of [1_300, 1_300, 1_300]) {
    await asked.clock.advance(5_000);
    await asked.clock.advance(lateMs);
    await asked.answer('failed');
  }
  expect([asked.statuses, asked.verdict]).toEqual([['ok', 'error', 'error', 'error'], 'ready']);
  for (const onTime of [1_000, 1_000]) {
    await asked.clock.advance(5_000);
    await asked.clock.advance(onTime);
    await asked.answer('failed');
  }
  expect(asked.verdict).toBe('dead');
  asked.loop.stop();
});

test('beats are watched by one timer that moves with them', async () => {
  const asked = new Asked([BEAT]);
  asked.loop.heard({ seq: 1 });
  expect(asked.verdict).toBe('ready');
  await asked.clock.advance(2_000);
  asked.loop.heard({ seq: 2 });
  await asked.clock.advance(2_999);
  expect(asked.verdict).toBe('ready');
  await asked.clock.advance(51);
  expect(asked.verdict).toBe('dead');
  asked.loop.stop();
});

test('a beat that was sent in time and is read after the deadline is no silence', async () => {
  const asked = new Asked([BEAT]);
  asked.loop.heard({ seq: 1 });
  await asked.clock.advance(3_001);
  asked.loop.heard({ seq: 2 });
  await asked.clock.advance(2_999);
  expect(asked.verdict).toBe('ready');
  asked.loop.stop();
});

test('silence while this process itself was kept from running is none', async () => {
  const asked = new Asked([BEAT]);
  asked.loop.heard({ seq: 1 });
  await asked.clock.oversleep(60_000);
  await asked.clock.advance(50);
  expect(asked.verdict).toBe('ready');
  asked.loop.heard({ seq: 2 });
  await asked.clock.advance(3_050);
  expect(asked.verdict).toBe('dead');
  asked.loop.stop();
});

test('READY is seen at once; a watchdog that is missed, or asks for it, ends the agent', async () => {
  for (const missed of [true, false]) {
    const asked = new Asked([{ ...TCP, method: { kind: 'notify', watchdogMs: 2_000 } }]);
    asked.loop.notified('ready');
    expect(asked.verdict).toBe('ready');
    await asked.clock.advance(1_900);
    asked.loop.notified('alive');
    await asked.clock.advance(1_900);
    expect(asked.verdict).toBe('ready');
    if (missed) await asked.clock.advance(200);
    else asked.loop.notified('trigger');
    expect(asked.verdict).toBe('dead');
    asked.loop.stop();
  }
});

test('whenever an agent becomes able to answer in its first 5 s, it is asked within 50 ms of that', async () => {
  const answerMs = 20;
  const asked = new Asked();
  while (asked.clock.monotonic() < 5_000) {
    const questions = asked.at.length;
    await asked.clock.advance(1);
    if (asked.at.length === questions) continue;
    await asked.clock.advance(answerMs);
    await asked.answer('failed');
  }
  const gaps = asked.at.map((at, index) => at - (asked.at[index - 1] ?? 0));
  expect(gaps.length).toBeGreaterThan(100);
  // A question that comes just too early, the wait after its answer, and the next question answered.
  expect(Math.max(...gaps) + answerMs).toBeLessThanOrEqual(answerMs + 50);
  asked.loop.stop();
});

test('an answer is slow that has not come in time, and not one that waited for us', async () => {
  const asked = new Asked([{ ...TCP, slowMs: 400 }]);
  await asked.clock.advance(10);
  await asked.answer('ok');
  const degradedAfter = async (ms: number): Promise<boolean | undefined> => {
    await asked.clock.advance(5_000);
    await asked.clock.advance(ms);
    await asked.answer('ok');
    return asked.loop.health.checks[0]?.degraded;
  };
  expect([await degradedAfter(399), await degradedAfter(401), await degradedAfter(0)]).toEqual([false, true, false]);
  await asked.clock.advance(5_000);
  await asked.clock.oversleep(600);
  await asked.answer('ok');
  expect(asked.loop.health.checks[0]?.degraded).toBe(false);
  asked.loop.stop();
});

test('once stopped it asks nothing, calls off what is asked and tells nothing', async () => {
  const asked = new Asked();
  await asked.clock.advance(10);
  asked.loop.stop();
  expect(asked.signals[0]?.aborted).toBe(true);
  await asked.answer('ok');
  asked.loop.heard({ seq: 1 });
  await asked.clock.advance(60_000);
  expect([asked.at, asked.statuses, asked.verdict]).toEqual([[10], [], 'starting']);
});
