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
  await asked.clock.advance(50);
  await asked.answer('ok');
  expect(asked.verdict).toBe('ready');
  await asked.clock.advance(5_000);
  expect(asked.at).toEqual([10, 560, 5_560]);
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
  asked.loop.heard(1);
  expect(asked.verdict).toBe('ready');
  await asked.clock.advance(2_000);
  asked.loop.heard(2);
  await asked.clock.advance(2_999);
  expect(asked.verdict).toBe('ready');
  await asked.clock.advance(1);
  expect(asked.verdict).toBe('dead');
  asked.loop.stop();
});

test('once stopped it asks nothing, calls off what is asked and tells nothing', async () => {
  const asked = new Asked();
  await asked.clock.advance(10);
  asked.loop.stop();
  expect(asked.signals[0]?.aborted).toBe(true);
  await asked.answer('ok');
  asked.loop.heard(1);
  await asked.clock.advance(60_000);
  expect([asked.at, asked.statuses, asked.verdict]).toEqual([[10], [], 'starting']);
});
