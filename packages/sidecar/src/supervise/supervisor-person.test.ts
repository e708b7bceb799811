import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { afterEach, describe, expect, test } from 'vitest';
import { agent, quick, Rig, target } from './testing/rig.js';

let rig: Rig;
afterEach(async () => {
  await rig.end();
  expect(processesOf({ folder: rig.folder })).toEqual([]);
});

const file = (name: string): Healthcheck => ({
  method: { kind: 'exec', command: ['test', '-e', name] },
  purposes: ['startup'],
  level: 'basic',
  critical: true,
  intervalMs: 100,
  timeoutMs: 10_000,
  retries: 1,
  startPeriodMs: 600_000,
});
const make = (name: string): void => writeFileSync(rig.path(name), '');

describe('a start that a person asks for', () => {
  /** One may be on its way at a time, and however slow it is, the others go on waiting. */
  const oneAtATime = (): Rig =>
    new Rig({
      maxStarting: 1,
      clock: { ...systemClock, after: (ms, then) => (ms === 5_000 ? () => undefined : systemClock.after(ms, then)) },
    });

  test('waits for none of those that are on their way, whether it is stopped, has failed or waits for its turn, and a restart waits for no second start', async () => {
    rig = oneAtATime();
    const sick = quick('sick', { command: ['sh', '-c', `test -e ${rig.path('well')} || exit 7; exec sleep 1000`] });
    rig.supervisor.setTarget('app', target(rig.folder, '1', sick, quick('calm')), 'steady');
    await eventually(() => rig.status('sick')?.state === 'backoff' && rig.status('calm')?.ready === true);
    await rig.supervisor.control('app', ['calm'], 'stop', 'ann');

    const slow = agent('slow', { healthchecks: [file('never')] });
    const queued = ['a', 'b'].map((name) => quick(name));
    rig.supervisor.setTarget('app', target(rig.folder, '2', slow, ...queued, sick, quick('calm')), 'steady');
    await eventually(() => rig.status('slow')?.pid !== 0 && rig.status('a')?.state === 'starting');
    make('well');
    for (const name of ['calm', 'sick', 'a']) {
      const [started] = await rig.supervisor.control('app', [name], 'start', 'ann');
      expect([name, started?.state]).toEqual([name, 'ready']);
    }
    await rig.supervisor.control('app', ['calm'], 'restart', 'ann');
    expect(rig.status('calm')?.ready).toBe(true);
    // Nobody has asked for this one.
    expect(rig.status('b')).toMatchObject({ state: 'starting', pid: 0 });
    const [restarted] = await rig.supervisor.control('app', ['b'], 'restart', 'ann');
    expect(restarted?.state).toBe('ready');
    expect(rig.status('slow')?.state).toBe('starting');
  });

  test('ends the waiting of whoever has just stopped it', async () => {
    rig = new Rig();
    const slowly = 'trap "" TERM; while [ ! -e go ]; do sleep 0.05; done; rm go';
    const one = quick('one', { command: ['sh', '-c', slowly], stopGraceMs: 60_000 });
    rig.supervisor.setTarget('app', target(rig.folder, '1', one), 'steady');
    await eventually(() => rig.status('one')?.ready === true);
    const stopped = rig.supervisor.control('app', ['one'], 'stop', 'ann');
    await eventually(() => rig.status('one')?.state === 'draining');
    const started = rig.supervisor.control('app', ['one'], 'start', 'bob');
    await stopped;
    make('go');
    expect(await started).toMatchObject([{ agent: 'one', state: 'ready' }]);
    make('go');
  });
});

describe('when the machine goes down', () => {
  const noting = (name: string, ...needs: string[]) =>
    quick(name, {
      command: ['sh', '-c', `trap 'echo ${name} >> stopped; exit 0' TERM; while :; do sleep 0.05; done`],
      dependsOn: needs.map((other) => ({ agent: other, condition: 'service_healthy' })),
    });

  test('all are stopped in reverse dependency order, none is started, and the next sidecar starts them again', async () => {
    rig = new Rig();
    const crew = target(rig.folder, '1', noting('base'), noting('middle', 'base'), noting('top', 'middle'));
    const held = quick('held');
    const all = { ...crew, spec: { ...crew.spec, agents: [...crew.spec.agents, held] } };
    rig.supervisor.setTarget('app', all, 'steady');
    await eventually(() => rig.supervisor.convergence('app').state === 'converged');
    await rig.supervisor.control('app', ['held'], 'stop', 'ann');
    const drained = rig.supervisor.drain(60_000);
    await expect(rig.supervisor.control('app', ['base'], 'start', 'ann')).rejects.toThrow(
      'This host is going down: its agents are being stopped.',
    );
    rig.supervisor.setTarget('app', all, 'steady');
    expect(await drained).toEqual([]);
    expect(readFileSync(rig.path('stopped'), 'utf8')).toBe('top\nmiddle\nbase\n');
    expect(rig.supervisor.instances().filter(({ state }) => state !== 'exited')).toEqual([]);

    rig = new Rig({}, rig.folder);
    rig.supervisor.setTarget('app', all, 'steady');
    await eventually(() => rig.supervisor.convergence('app').state === 'converged');
    expect(['base', 'middle', 'top', 'held'].map((name) => rig.status(name)?.ready)).toEqual([true, true, true, false]);
  });

  test('one that will not end keeps the others from nothing: when the time is over all are asked, and what is left is told', async () => {
    // Both limits at once: what they allow is not what is tested.
    const clock = {
      ...systemClock,
      after: (ms: number, then: () => void) => systemClock.after(ms === 5_000 || ms === 7_777 ? 300 : ms, then),
    };
    rig = new Rig({ clock });
    const deaf = quick('deaf', {
      command: ['sh', '-c', 'trap "" TERM; while :; do sleep 0.05; done'],
      dependsOn: [{ agent: 'base', condition: 'service_healthy' }],
      stopGraceMs: 600_000,
    });
    rig.supervisor.setTarget('app', target(rig.folder, '1', noting('base'), deaf), 'steady');
    await eventually(() => rig.supervisor.convergence('app').state === 'converged');
    expect(await rig.supervisor.drain(7_777)).toMatchObject([{ agent: 'deaf', state: 'draining' }]);
    await eventually(() => existsSync(rig.path('stopped')));
    expect(rig.status('base')?.state).toBe('exited');

    process.kill(rig.status('deaf')?.pid ?? 0, 'SIGKILL');
    await eventually(() => rig.status('deaf')?.state === 'exited');
    rig = new Rig({}, rig.folder);
    rmSync(rig.path('stopped'));
  });
});
