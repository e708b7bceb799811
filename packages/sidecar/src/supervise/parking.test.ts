import type { Healthcheck, ProbeMethod } from '@outrider/shared/domain/agent.js';
import { ManualClock } from '@outrider/shared/testing/manual-clock.js';
import { beforeEach, expect, test } from 'vitest';
import { Parking, knownAfterMs } from './parking.js';

let clock: ManualClock;
let done: string[];
/** What each attempt is answered, in order; then undefined. */
let answers: (string | undefined)[];
let isBusy: boolean;
beforeEach(() => {
  clock = new ManualClock();
  done = [];
  answers = [];
  isBusy = false;
});

const park = (delayMs = 0): Parking =>
  new Parking({
    clock,
    delayMs,
    isBusy: () => isBusy,
    freeze: () => Promise.resolve((done.push('freeze'), answers.shift())),
    thaw: () => done.push('thaw'),
    frozen: () => done.push('frozen'),
  });
/** Lets what was resolved go on. */
const settle = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

test('it is frozen at once where it can be', async () => {
  park();
  await settle();
  expect(done).toEqual(['freeze', 'frozen']);
});

test('else tried again, ever more seldom, and why not is known', async () => {
  answers = ['it has a connection open', 'it has 2 connections open'];
  const parking = park();
  await settle();
  expect(parking.why).toBe('it has a connection open');
  await clock.advance(20);
  await settle();
  expect(parking.why).toBe('it has 2 connections open');
  await clock.advance(20);
  await settle();
  expect(done).toEqual(['freeze', 'freeze']);
  await clock.advance(10);
  await settle();
  expect(done).toEqual(['freeze', 'freeze', 'freeze', 'frozen']);
});

test('while it is busy it is not even tried', async () => {
  isBusy = true;
  const parking = park();
  await settle();
  expect([done, parking.why]).toEqual([[], 'it says that it is busy']);
  isBusy = false;
  await clock.advance(20);
  await settle();
  expect(done).toEqual(['freeze', 'frozen']);
});

test('ended during an attempt, it is thawed when that is over, and nobody is told that it was frozen', async () => {
  const parking = park();
  parking.end();
  expect(done).toEqual(['freeze']);
  await settle();
  expect(done).toEqual(['freeze', 'thaw']);
});

test('ended between attempts, it is not tried again', async () => {
  answers = ['it has a connection open'];
  const parking = park();
  await settle();
  parking.end();
  await clock.advance(1_000);
  await settle();
  expect(done).toEqual(['freeze', 'thaw']);
});

test('after a takeover it is waited for what the agent says of itself', async () => {
  const check = (method: ProbeMethod, intervalMs: number): Healthcheck => ({
    ...{ method, purposes: ['readiness'], level: 'basic', critical: true },
    ...{ intervalMs, timeoutMs: 1, retries: 1, startPeriodMs: 1 },
  });
  expect(knownAfterMs([])).toBe(1_000);
  expect(knownAfterMs([check({ kind: 'exec', command: ['true'] }, 60_000)])).toBe(1_000);
  expect(knownAfterMs([check({ kind: 'http', url: 'http://a/', status: 200 }, 5_000)])).toBe(5_000);
  expect(knownAfterMs([check({ kind: 'heartbeat', withinMs: 10_000 }, 1)])).toBe(10_000);
  park(1_000);
  await clock.advance(999);
  await settle();
  expect(done).toEqual([]);
  await clock.advance(1);
  await settle();
  expect(done).toEqual(['freeze', 'frozen']);
});
