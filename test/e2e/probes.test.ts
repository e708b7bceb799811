/** Agents that tell how they are, on a whole host: over a sidecar that dies or is held up, and on the faces of it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { OneHost } from '../support/one-host.js';
import { FAULTS } from '../support/release-tree.js';
import { BEATER, WITH_ZEROMQ } from '../support/talkative.js';

const OURS = '${OUTRIDER_HOST_ADDRESS}';
/** Shorter than the sidecar is held up, and long for an agent that speaks 20 times a second. */
const SILENCE = '2s';
const HELD_UP_MS = 5_000;
let one: OneHost;

const script = (file: string, ...words: string[]): string[] => ['python3', join(FAULTS, file), ...words];
const program = (file: string, ...words: string[]): string[] => [process.execPath, join(FAULTS, file), ...words];

beforeAll(async () => {
  one = await OneHost.start();
  await one.run('crew', {
    pings: { command: script('notify-ready.py'), healthcheck: { notify: { watchdog: SILENCE } } },
    beats: {
      command: [process.execPath, '-e', BEATER, one.mark('none')],
      environment: WITH_ZEROMQ,
      healthcheck: { heartbeat: { within: SILENCE } },
    },
    asked: {
      command: program('grpc-health.mjs', `${OURS}:18201`, one.mark('none')),
      healthcheck: { grpc: { address: `${OURS}:18201` }, interval: '200ms', timeout: '2s', retries: 1 },
    },
    silent: {
      command: script('watchdog-stops.py', one.mark('silent')),
      healthcheck: { notify: { watchdog: SILENCE } },
    },
    slow: {
      command: program('slow-answers.mjs', `${OURS}:18202`, one.mark('slow'), '400'),
      healthcheck: {
        http: { url: `http://${OURS}:18202/` },
        level: 'performance',
        timeout: '600ms',
        interval: '100ms',
      },
    },
  });
});
afterAll(() => one.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(one.cluster.lastWords())));

const frames = async (result: string): Promise<number> =>
  (await one.metric('outrider_bus_frames_total', `result="${result}"`)) ?? 0;

it('what an agent says of itself is shown, and each message is counted', async () => {
  await eventually(async () =>
    expect(await one.instance('pings')).toMatchObject({ ready: true, reason: 'all is well' }),
  );
  expect(await frames('notify_accepted')).toBeGreaterThan(1);
  expect(await frames('notify_stranger')).toBe(0);
});

it('nobody is blamed for a sidecar that was held up for longer than they may be silent', async () => {
  const names = ['pings', 'beats', 'asked'];
  const before = await Promise.all(names.map((name) => one.instance(name)));
  const told = names.map((name) => one.told(name).length);
  one.host.daemon.signal('SIGSTOP');
  const began = performance.now();
  await eventually(() => performance.now() - began > HELD_UP_MS, { timeoutMs: 20_000 });
  one.host.daemon.signal('SIGCONT');
  const accepted = await frames('accepted');
  const notified = await frames('notify_accepted');
  // Long enough for a verdict, had there been one to pass.
  await eventually(
    async () => {
      expect(await frames('accepted')).toBeGreaterThan(accepted + 40);
      expect(await frames('notify_accepted')).toBeGreaterThan(notified + 80);
    },
    { timeoutMs: 40_000 },
  );
  const after = await Promise.all(names.map((name) => one.instance(name)));
  expect(after.map(({ pid, restarts, ready }) => ({ pid, restarts, ready }))).toEqual(
    before.map(({ pid }) => ({ pid, restarts: 0, ready: true })),
  );
  expect(names.map((name) => one.told(name).length)).toEqual(told);
});

it('after a kill -9 the next sidecar hears the same agent at the same place, still ready', async () => {
  const before = await one.instance('pings');
  await one.host.daemon.kill();
  one.host.daemon.start();
  await eventually(async () => expect(await frames('notify_accepted')).toBeGreaterThan(60), { timeoutMs: 40_000 });
  expect(await one.instance('pings')).toMatchObject({ pid: before.pid, ready: true, restarts: 0 });
});

it('a watchdog that is missed has a cause of its own', async () => {
  const { pid } = await one.instance('silent');
  writeFileSync(one.mark('silent'), '');
  await eventually(async () => expect((await one.instance('silent')).pid).not.toBe(pid), { timeoutMs: 40_000 });
  await eventually(async () =>
    expect(await one.metric('outrider_agent_exits_total', 'agent="silent"', 'cause="watchdog"')).toBeGreaterThan(0),
  );
});

it('slow answers are seen on the host, which stays healthy', async () => {
  writeFileSync(one.mark('slow'), '');
  await eventually(async () => {
    const { status, text } = await one.get('/health');
    const { noted } = JSON.parse(text) as { noted: { agent: string; state: string; reason: string }[] };
    expect(status).toBe(200);
    expect(noted).toContainEqual(
      expect.objectContaining({
        agent: 'slow',
        state: 'ready',
        reason: 'answers slowly, after 300ms or more: HTTP 200: well',
      }),
    );
  });
  expect(await one.metric('outrider_agent_health_score', 'agent="slow"')).toBe(0.5);
  expect(await one.ask()).toBe('healthy');
});
