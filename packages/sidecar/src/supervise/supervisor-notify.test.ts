/** Agents that tell how they are by sd_notify, as real processes; those of test/agents have one fault each. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Healthcheck, HostAgent } from '@outrider/shared/domain/agent.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createNotifySockets } from '../process/notify-sockets.js';
import { Rig, agent, target } from './testing/rig.js';

let rig: Rig;
let counted: string[];
beforeEach(() => {
  counted = [];
  rig = new Rig();
});
afterEach(async () => {
  await rig.end();
  await eventually(() => expect(processesOf({ folder: rig.folder })).toEqual([]));
  expect(rig.warnings).toEqual([]);
});

const NOTIFY: Healthcheck = {
  method: { kind: 'notify' },
  purposes: ['startup', 'readiness', 'liveness'],
  level: 'basic',
  critical: true,
  intervalMs: 1_000,
  timeoutMs: 1_000,
  retries: 3,
  startPeriodMs: 60_000,
};
const watched = (watchdogMs: number): Healthcheck => ({ ...NOTIFY, method: { kind: 'notify', watchdogMs } });
const command = (file: string, ...words: string[]): string[] => [
  file.endsWith('.py') ? 'python3' : 'sh',
  fileURLToPath(new URL(`../../../../test/agents/${file}`, import.meta.url)),
  ...words,
];
const run = (given: Partial<HostAgent>): void =>
  rig.supervisor.setTarget(
    'app',
    target(rig.folder, '1', agent('one', { healthchecks: [NOTIFY], ...given })),
    'steady',
  );
const make = (name: string): void => writeFileSync(rig.path(name), '');
const inState = (state: string) =>
  eventually(() => {
    const status = rig.status('one');
    return status?.state === state ? status : null;
  });
const reasons = (type: string): string[] =>
  rig.events.filter((event) => event.type === type).map(({ reason }) => reason);

describe('READY and STATUS', () => {
  test('it is ready when it says so, and shown with its own words', async () => {
    run({ command: command('notify-ready.py', '0.3') });
    await inState('starting');
    expect(await inState('ready')).toMatchObject({ restarts: 0, healthScore: 1, reason: 'all is well' });
  });

  test('one that says nothing in time has not started', async () => {
    run({ command: ['sleep', '1000'], healthchecks: [{ ...NOTIFY, startPeriodMs: 200 }] });
    await eventually(() => rig.types('one').includes('agent.exited'));
    expect(reasons('agent.exited')[0]).toBe('was not ready within 200ms: no READY=1 yet');
  });

  test.skipIf(spawnSync('systemd-notify', ['--version']).status !== 0)('a child may say it', async () => {
    run({ command: command('notify-from-child.sh') });
    expect(await inState('ready')).toMatchObject({ restarts: 0, reason: 'said by a child' });
    // The program was given the answer that it waits for.
    await eventually(() => rig.log('one') === 'said\n');
  });

  test('a stranger who says it for an agent is refused', async () => {
    const folder = rig.folder;
    await rig.end();
    rig = new Rig(
      { notify: createNotifySockets({ runDir: folder, counted: (word) => counted.push(word), warn: () => undefined }) },
      folder,
    );
    run({ command: command('notify-by-stranger.py') });
    await eventually(() => counted.filter((word) => word === 'notify_stranger').length >= 5);
    expect(rig.status('one')).toMatchObject({ state: 'starting', reason: '' });
    expect(counted).not.toContain('notify_accepted');
  });
});

describe('WATCHDOG', () => {
  test('is asked for in the environment, for this process alone; one that pings stays', async () => {
    const environment = `echo $WATCHDOG_USEC $$ $WATCHDOG_PID; exec ${command('notify-ready.py').join(' ')}`;
    run({ command: ['sh', '-c', environment], healthchecks: [watched(1_500)] });
    const { pid } = await inState('ready');
    expect(rig.log('one')).toBe(`1500000 ${pid} ${pid}\n`);
  });

  test('silence ends it, with a cause of its own', async () => {
    run({ command: command('watchdog-stops.py', rig.path('mark')), healthchecks: [watched(600)] });
    await inState('ready');
    make('mark');
    await eventually(() => rig.types('one').includes('agent.exited'));
    const exited = rig.events.find(({ type }) => type === 'agent.exited');
    expect(exited).toMatchObject({
      reason: 'failed its watchdog: no WATCHDOG=1 for 600ms',
      data: { cause: 'watchdog' },
    });
    await eventually(() => (rig.status('one')?.restarts ?? 0) > 0);
  });

  test('one that gives itself up is ended at once', async () => {
    run({
      command: command('watchdog-stops.py', rig.path('mark'), 'WATCHDOG=trigger'),
      healthchecks: [watched(600_000)],
    });
    await inState('ready');
    make('mark');
    await eventually(() => rig.types('one').includes('agent.exited'));
    expect(reasons('agent.exited')[0]).toBe('failed its watchdog: it said WATCHDOG=trigger');
  });
});

describe('STOPPING and EXTEND_TIMEOUT_USEC', () => {
  test('one that stops by itself is not ready, and no fault; one that then does not end is ended', async () => {
    run({ command: command('stops-for-ever.py', rig.path('mark')), stopGraceMs: 400 });
    await inState('ready');
    make('mark');
    await inState('unhealthy');
    expect(reasons('agent.unhealthy')).toEqual(['said that it stops']);
    expect(rig.status('one')).toMatchObject({ reason: 'said that it stops', overdue: false });
    await eventually(() => rig.types('one').includes('agent.exited'));
    expect(reasons('agent.exited')[0]).toBe('said that it stops, and did not end within 400ms');
  });

  test('one that is asked to end gets the time that it asks for', async () => {
    run({ command: command('extends-stop.py', rig.path('mark')), stopGraceMs: 500 });
    const { pid } = await inState('ready');
    const stopped = rig.supervisor.control('', ['one'], 'stop', 'ann');
    const asked = performance.now();
    await eventually(() => performance.now() - asked > 1_500);
    expect(rig.status('one')).toMatchObject({ state: 'draining', pid });
    make('mark');
    expect(await stopped).toMatchObject([{ state: 'exited', reason: 'stopped by ann' }]);
    expect(rig.log('one')).toBe('ended by itself\n');
  });
});
