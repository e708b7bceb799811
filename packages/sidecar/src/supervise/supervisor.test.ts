import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Rig, agent, quick, target } from './testing/rig.js';

let rig: Rig;
beforeEach(() => (rig = new Rig()));
afterEach(async () => {
  await rig.end();
  expect(processesOf({ folder: rig.folder })).toEqual([]);
});

const program = (name: string): string => fileURLToPath(new URL(`../../../../test/agents/${name}`, import.meta.url));
const sh = (script: string): string[] => ['sh', '-c', script];
/** Holds once the test has made the file. */
const untilFile = (name: string, given: Partial<Healthcheck> = {}): Healthcheck => ({
  method: { kind: 'exec', command: ['test', '-e', name] },
  purposes: ['startup', 'readiness'],
  level: 'basic',
  critical: true,
  intervalMs: 100,
  timeoutMs: 10_000,
  retries: 1,
  startPeriodMs: 60_000,
  ...given,
});
const make = (name: string): void => writeFileSync(rig.path(name), '');
const ready = (name: string, index = 0) =>
  eventually(() => {
    const status = rig.status(name, index);
    return status?.ready === true ? status : null;
  });
const converged = () => eventually(() => rig.supervisor.convergence('app').state === 'converged');
const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

describe('running', () => {
  test('starts what should run, restarts what was killed, and stops what should not run any more', async () => {
    rig.supervisor.setTarget('app', target(rig.folder, '1', agent('one')), 'steady');
    const first = await ready('one');
    expect(first).toMatchObject({ state: 'ready', restarts: 0, version: '1', healthScore: 1, overdue: false });
    expect(rig.supervisor.convergence('app')).toEqual({ state: 'converged' });
    process.kill(first.pid, 'SIGKILL');
    await eventually(() => rig.status('one')?.restarts === 1);
    const second = await ready('one');
    expect(second.incarnation).not.toBe(first.incarnation);
    rig.supervisor.setTarget('app', undefined, 'steady');
    await eventually(() => rig.supervisor.instances().length === 0);
    expect(alive(second.pid)).toBe(false);
    expect(rig.types('one')).toEqual([
      'agent.starting',
      'agent.ready',
      'agent.exited',
      'agent.starting',
      'agent.ready',
      'agent.stopped',
    ]);
    expect(rig.events[2]).toMatchObject({
      reason: 'was ended by SIGKILL',
      version: '1',
      data: { incarnation: first.incarnation, pid: first.pid, cause: 'SIGKILL' },
    });
  });

  test('each starts when what it depends on is ready, and waits visibly until then', async () => {
    const on = { dependsOn: [{ agent: 'base', condition: 'service_healthy' as const }] };
    const base = agent('base', { healthchecks: [untilFile('base-ready')] });
    const soon = quick('soon', { dependsOn: [{ agent: 'base', condition: 'service_started' }] });
    rig.supervisor.setTarget('app', target(rig.folder, '1', quick('top', on), base, soon), 'steady');
    await ready('soon');
    expect(rig.status('top')).toMatchObject({ state: 'exited', incarnation: '', reason: 'waits for base' });
    expect(rig.supervisor.convergence('app')).toMatchObject({ waitingFor: 'top, which waits for base' });
    make('base-ready');
    await ready('top');
    expect(rig.types('base')).toEqual(['agent.starting', 'agent.ready']);
    await converged();
  });

  test('a program gets its environment and its place, filled in', async () => {
    const environment = { GREETING: '${OUTRIDER_AGENT}@${OUTRIDER_HOST}' };
    const command = sh('echo "$GREETING $OUTRIDER_HOSTS $AI_REDIS_PORT $1" && pwd && exec sleep 1000').concat(
      'sh',
      '${OUTRIDER_INSTANCE}',
    );
    rig.supervisor.setTarget('app', target(rig.folder, '1', quick('one', { command, environment })), 'steady');
    await ready('one');
    expect(rig.log('one')).toBe(`one@main-pc {"main-pc":"127.0.0.1","pc2":"127.0.0.2"} 6390 0\n${rig.folder}\n`);
  });

  test('what cannot be started says why, and others are not kept waiting', async () => {
    const broken = agent('broken', { command: ['serve', '${OUTRIDER_PORT}'] });
    const lost = agent('lost', { workingDir: 'nowhere' });
    rig.supervisor.setTarget('app', target(rig.folder, '1', broken, lost, quick('fine')), 'switch');
    await ready('fine');
    await eventually(() => rig.status('broken')?.state === 'failed' && rig.status('lost')?.state === 'failed');
    expect(rig.status('broken')?.reason).toContain('agents.broken.command uses ${OUTRIDER_PORT}, which no host knows');
    expect(rig.status('lost')?.reason).toContain('/nowhere does not exist');
    expect(rig.supervisor.convergence('app')).toMatchObject({ state: 'failed', culprit: { agent: 'broken' } });
  });
});

describe('failing', () => {
  test('in a switch the third exit is a failure with its cause and last words', async () => {
    const bad = agent('bad', { command: sh('echo "no such model" >&2; exit 3') });
    rig.supervisor.setTarget('app', target(rig.folder, '1', bad), 'switch');
    await eventually(() => rig.supervisor.convergence('app').state === 'failed');
    expect(rig.supervisor.convergence('app')).toEqual({
      state: 'failed',
      culprit: {
        agent: 'bad',
        instance: 0,
        cause: 'exited with code 3 three times before it was ready',
        log: ['no such model', 'no such model', 'no such model'],
      },
    });
    expect(rig.status('bad')).toMatchObject({ state: 'failed', restarts: 2, overdue: true, pid: 0 });
    expect(rig.types('bad').filter((type) => type === 'agent.starting')).toHaveLength(3);
  });

  test('in steady operation it is tried on, and named meanwhile; a person can start it at any time', async () => {
    const command = sh('test -e cured && exec sleep 1000; exit 4');
    rig.supervisor.setTarget('app', target(rig.folder, '1', agent('sick', { command })), 'steady');
    await eventually(() => {
      const found = rig.supervisor.convergence('app');
      return found.state === 'converging' && found.culprit?.cause === 'exited with code 4';
    });
    expect(rig.types('sick')).toContain('agent.backoff');
    make('cured');
    const [status] = await rig.supervisor.control('app', ['sick'], 'start', 'ann');
    expect(status).toMatchObject({ state: 'ready' });
    await converged();
  });

  test('on trial a new agent may not falter once, a kept one may', async () => {
    const kept = quick('kept');
    rig.supervisor.setTarget('app', target(rig.folder, '1', kept), 'steady');
    const { pid } = await ready('kept');
    const next = target(rig.folder, '2', kept, quick('added'));
    rig.supervisor.setTarget('app', next, 'switch');
    await converged();
    expect(rig.status('kept')).toMatchObject({ pid, version: '1' });
    rig.supervisor.setTarget('app', next, 'trial');
    process.kill(pid, 'SIGKILL');
    await eventually(() => rig.status('kept')?.restarts === 1);
    await ready('kept');
    expect(rig.supervisor.convergence('app')).toEqual({ state: 'converged' });
    process.kill(rig.status('added')!.pid, 'SIGKILL');
    await eventually(() => rig.supervisor.convergence('app').state === 'failed');
    await ready('added');
    expect(rig.supervisor.convergence('app')).toMatchObject({
      state: 'failed',
      culprit: { agent: 'added', cause: 'was ended by SIGKILL' },
    });
    rig.supervisor.setTarget('app', next, 'steady');
    expect(rig.supervisor.convergence('app')).toEqual({ state: 'converged' });
  });

  test('readiness that is lost on trial is a failure; liveness that is lost ends the process', async () => {
    make('up');
    make('living');
    const checks = [
      untilFile('up'),
      untilFile('living', { purposes: ['liveness'] }),
      untilFile('score', { critical: false }),
    ];
    const next = target(rig.folder, '1', quick('one', { healthchecks: checks }));
    rig.supervisor.setTarget('app', next, 'switch');
    await converged();
    rig.supervisor.setTarget('app', next, 'trial');
    rmSync(rig.path('up'));
    await eventually(() => rig.status('one')?.state === 'unhealthy');
    expect(rig.status('one')).toMatchObject({ ready: false, overdue: true });
    expect(rig.supervisor.convergence('app')).toMatchObject({ state: 'failed', culprit: { agent: 'one' } });
    make('up');
    const { pid } = await ready('one');
    await eventually(() => rig.status('one')?.healthScore === 2 / 3);
    rmSync(rig.path('living'));
    await eventually(() => !alive(pid));
    make('living');
    await ready('one');
    expect(rig.status('one')?.restarts).toBeGreaterThan(0);
    expect(rig.types('one')).toContain('agent.exited');
  });

  test('beats make it ready, and silence ends it', async () => {
    const beats = untilFile('', {
      method: { kind: 'heartbeat', withinMs: 1_500 },
      purposes: ['readiness', 'liveness'],
    });
    rig.supervisor.setTarget('app', target(rig.folder, '1', quick('one', { healthchecks: [beats] })), 'steady');
    const starting = await eventually(() => {
      const status = rig.status('one');
      return status !== undefined && status.pid > 0 ? status : null;
    });
    expect(starting.state).toBe('starting');
    rig.supervisor.heard('somebody-else', { kind: 'beat', seq: 1 });
    expect(rig.status('one')?.state).toBe('starting');
    rig.supervisor.heard(starting.incarnation, { kind: 'beat', seq: 1 });
    expect(rig.status('one')?.state).toBe('ready');
    await eventually(() => rig.types('one').includes('agent.exited'));
    expect(rig.events.find(({ type }) => type === 'agent.exited')?.reason).toBe(
      'failed its watchdog: no message for 1.5s',
    );
  });
});

describe('ending', () => {
  test('a stop asks, waits, and then kills all that is left; others are not kept waiting', async () => {
    const stubborn = quick('stubborn', {
      command: sh("trap '' TERM; (trap '' TERM; setsid sleep 1000) & echo started; while :; do sleep 1000; done"),
      stopGraceMs: 300,
    });
    const family = quick('family', { command: sh('(sleep 1000; :) & (sleep 1000; :) & exec sleep 1000') });
    rig.supervisor.setTarget('app', target(rig.folder, '1', stubborn, family, quick('other')), 'steady');
    await converged();
    await eventually(() => rig.log('stubborn') === 'started\n');
    const marks = ['stubborn', 'family'].map((name) => `OUTRIDER_INCARNATION=${rig.status(name)!.incarnation}`);
    const stopping = rig.supervisor.control('', ['stubborn', 'family'], 'stop', 'ann');
    const restarted = await rig.supervisor.control('', ['other'], 'restart', 'ann');
    expect(restarted).toMatchObject([{ agent: 'other', state: 'ready', restarts: 0 }]);
    expect((await stopping).map(({ state, reason }) => [state, reason])).toEqual([
      ['exited', 'stopped by ann; did not end within 300ms of SIGTERM'],
      ['exited', 'stopped by ann'],
    ]);
    for (const variable of marks) expect(processesOf({ variable })).toEqual([]);
    expect(rig.supervisor.convergence('app')).toEqual({ state: 'converged' });
  });

  test('what a person has stopped stays so over a release, and starts as that release', async () => {
    rig.supervisor.setTarget('app', target(rig.folder, '1', quick('one')), 'steady');
    await ready('one');
    await rig.supervisor.control('app', [], 'stop', 'ann');
    const next = target(rig.folder, '2', quick('one', { environment: { NEW: 'yes' } }));
    rig.supervisor.setTarget('app', next, 'switch');
    expect(rig.status('one')).toMatchObject({ state: 'exited', version: '2', reason: 'stopped by ann' });
    await rig.supervisor.control('app', [], 'start', 'ann');
    expect(rig.status('one')).toMatchObject({ state: 'ready', version: '2' });
  });

  test('all are stopped and started along their dependencies', async () => {
    const on = { dependsOn: [{ agent: 'base', condition: 'service_healthy' as const }] };
    rig.supervisor.setTarget('app', target(rig.folder, '1', quick('top', on), quick('base')), 'steady');
    await converged();
    rig.events.length = 0;
    await rig.supervisor.control('', [], 'restart', 'ann');
    await rig.supervisor.control('', [], 'stop', 'ann');
    expect(rig.events.map(({ type, agent: name }) => `${name} ${type.slice(6)}`)).toEqual(
      ['base stopped', 'base starting', 'base ready', 'top stopped', 'top starting', 'top ready'].concat([
        'top stopped',
        'base stopped',
      ]),
    );
    await expect(rig.supervisor.control('app', ['bse'], 'stop', 'ann')).rejects.toThrow(
      'There is no agent bse of app app on this host. Known are base, top.',
    );
  });

  test('work that is done once is no failure, and those that wait for it go on', async () => {
    const migrate = agent('migrate', { command: ['true'], restart: { kind: 'no' } });
    const after = quick('after', { dependsOn: [{ agent: 'migrate', condition: 'service_started' }] });
    rig.supervisor.setTarget('app', target(rig.folder, '1', migrate, after), 'switch');
    await converged();
    expect(rig.status('migrate')).toMatchObject({ state: 'exited', restarts: 0, overdue: false });
  });

  test('an agent that asks for time to stop gets it', async () => {
    const slow = quick('slow', {
      command: sh("trap 'while ! test -e done; do sleep 0.05; done; exit 0' TERM; while :; do sleep 0.05; done"),
      stopGraceMs: 400,
    });
    const deaf = quick('deaf', { command: sh("trap '' TERM; while :; do sleep 0.05; done"), stopGraceMs: 400 });
    rig.supervisor.setTarget('app', target(rig.folder, '1', slow, deaf), 'steady');
    await ready('deaf');
    const { incarnation } = await ready('slow');
    const stopped = rig.supervisor.control('app', ['slow'], 'stop', 'ann');
    rig.supervisor.extend(incarnation, 60_000);
    // Asked later, with the same time to go, and killed when it was over.
    await rig.supervisor.control('app', ['deaf'], 'stop', 'ann');
    expect(rig.status('deaf')?.reason).toContain('did not end within 400ms of SIGTERM');
    expect(rig.status('slow')?.state).toBe('draining');
    make('done');
    await stopped;
    expect(rig.status('slow')?.reason).toBe('stopped by ann');
  });
});

describe('replacing', () => {
  const http = (given: Partial<Healthcheck> = {}): Healthcheck => ({
    ...untilFile(''),
    method: { kind: 'http', url: 'http://127.86.0.1:18641/', status: 200 },
    ...given,
  });
  const server = (version: string, status = 200, given: Partial<Healthcheck> = {}) =>
    agent('web', {
      command: [process.execPath, program('shared-socket.mjs'), String(status)],
      environment: { RELEASE: version },
      sockets: [{ name: 'http', listen: '127.86.0.1:18641' }],
      order: 'start-first',
      healthchecks: [http(given)],
    });
  const ask = async (): Promise<string> => (await fetch('http://127.86.0.1:18641/')).text();

  test('start-first on a shared socket loses no request', async () => {
    rig.supervisor.setTarget('app', target(rig.folder, '1', server('1')), 'steady');
    await converged();
    const seen = new Set<string>();
    let asking = true;
    const clients = Array.from({ length: 4 }, async () => {
      while (asking) seen.add((await ask()).split(' ')[0] ?? '');
    });
    rig.supervisor.setTarget('app', target(rig.folder, '2', server('2')), 'switch');
    await converged();
    await eventually(() => seen.has('2'));
    asking = false;
    await Promise.all(clients);
    expect([...seen].sort()).toEqual(['1', '2']);
    expect(rig.supervisor.instances()).toMatchObject([{ agent: 'web', version: '2', state: 'ready' }]);
  });

  test('a broken version that shares the socket of a good one is not taken for ready', async () => {
    rig.supervisor.setTarget('app', target(rig.folder, '1', server('1')), 'steady');
    const { pid } = await ready('web');
    const bad = target(rig.folder, '2', server('2', 500, { startPeriodMs: 1_500 }));
    rig.supervisor.setTarget('app', bad, 'switch');
    await eventually(() => rig.supervisor.convergence('app').state === 'failed');
    expect(rig.supervisor.convergence('app')).toMatchObject({
      culprit: { agent: 'web', cause: expect.stringContaining('was not ready within 1.5s') as string },
    });
    expect(rig.types('web').filter((type) => type === 'agent.ready')).toHaveLength(1);
    rig.supervisor.setTarget('app', target(rig.folder, '1', server('1')), 'steady');
    await converged();
    expect(rig.supervisor.instances()).toMatchObject([{ version: '1', pid }]);
    expect(await ask()).toMatch(/^1 /);
  });

  test('stop-first takes one replica after the other', async () => {
    const old = quick('many', { replicas: 3 });
    rig.supervisor.setTarget('app', target(rig.folder, '1', old), 'steady');
    await converged();
    let fewest = 3;
    rig.supervisor.onChange(() => {
      fewest = Math.min(fewest, rig.supervisor.instances().filter(({ ready: is }) => is).length);
    });
    rig.supervisor.setTarget(
      'app',
      target(rig.folder, '2', quick('many', { replicas: 3, environment: { V: '2' } })),
      'switch',
    );
    await converged();
    expect(fewest).toBe(2);
    expect(rig.supervisor.instances().map(({ version }) => version)).toEqual(['2', '2', '2']);
  });
});
