/** A new set of agents is proven beside the old one, which is kept until the commit and comes back at once. Real processes throughout. */
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { HostAgent, Healthcheck } from '@outrider/shared/domain/agent.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TargetMode } from './ports.js';
import { Rig, agent, quick, target } from './testing/rig.js';

let rig: Rig;
beforeEach(() => (rig = new Rig()));
afterEach(async () => {
  await rig.end();
  expect(processesOf({ folder: rig.folder })).toEqual([]);
});

const FROZEN = 'frozen until the commit';
const processState = (pid: number): string => /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1] ?? '';
const of = (version: string, name: string): InstanceStatus | undefined =>
  rig.supervisor.instances().find((one) => one.agent === name && one.version === version);
const told = (version: string, name: string): string[] =>
  rig.events.filter((event) => event.agent === name && event.version === version).map(({ type }) => type);
const inVersion = (version: string): Partial<HostAgent> => ({ environment: { RELEASE: version } });

function run(version: string, mode: TargetMode, ...agents: readonly HostAgent[]): void {
  const how = mode === 'steady' ? {} : { strategy: 'blue-green' as const };
  rig.supervisor.setTarget('app', target(rig.folder, version, ...agents), mode, how);
}
const converged = () => eventually(() => rig.supervisor.convergence('app').state === 'converged');
const isFrozen = (version: string, name: string) =>
  eventually(() => expect(of(version, name)).toMatchObject({ state: 'draining', ready: false, reason: FROZEN }));

/** Appends to a file for as long as it gets any time, and its last word once it is asked to end. */
const WORKS = [
  'sh',
  '-c',
  'trap "echo $RELEASE >>ended; exit 0" TERM; while :; do echo x >>"$RELEASE.out"; sleep 0.02; done',
];
const first = (): HostAgent[] => [
  quick('kept', { command: ['sleep', '1000'] }),
  quick('base', { command: WORKS, ...inVersion('1') }),
  quick('top', { ...inVersion('1'), dependsOn: [{ agent: 'base', condition: 'service_healthy' }] }),
  quick('gone', inVersion('1')),
];
const second = (given: Partial<HostAgent> = {}): HostAgent[] => [
  quick('kept', { command: ['sleep', '1000'] }),
  quick('base', { command: WORKS, ...inVersion('2') }),
  quick('top', { ...inVersion('2'), dependsOn: [{ agent: 'base', condition: 'service_healthy' }], ...given }),
  quick('added', inVersion('2')),
];
const OLD = ['base', 'top', 'gone'];

test('all that is new is proven before anything old is touched; that is frozen, and ended by the commit', async () => {
  run('1', 'steady', ...first());
  await converged();
  const before = OLD.map((name) => of('1', name)!);
  const kept = of('1', 'kept');
  const seen: string[] = [];
  const end = rig.supervisor.onChange(() => {
    const all = rig.supervisor.instances();
    const proven = all.filter(({ version, ready }) => version === '2' && ready).length;
    const served = all.filter(({ version, agent: name, ready }) => version === '1' && ready && name !== 'kept').length;
    seen.push(`${proven} new, ${served} old`);
  });
  run('2', 'switch', ...second({ healthchecks: [...quick('top').healthchecks, waitsFor('go')] }));
  await eventually(() => expect([...new Set(seen)]).toContain('2 new, 3 old'));
  expect(rig.supervisor.convergence('app')).toMatchObject({ state: 'converging' });
  writeFileSync(rig.path('go'), '');
  await converged();
  end();
  // Until the third was proven, all the old ones served.
  expect(seen.filter((line) => !line.endsWith('3 old')).every((line) => line.startsWith('3 new'))).toBe(true);
  for (const { agent: name, pid, incarnation } of before) {
    expect(of('1', name)).toMatchObject({ state: 'draining', reason: FROZEN, pid, incarnation });
    expect(processState(pid)).toBe('T');
    expect(told('1', name)).toEqual(['agent.starting', 'agent.ready']);
  }
  // A sidecar that knows nothing of it takes them for processes without a record.
  const records = rig.parts.records.load().map(({ record }) => record as { format: number; spec: { name: string } });
  const [known, other] = [records.filter(({ format }) => format === 1), records.filter(({ format }) => format === 2)];
  expect(other.map(({ spec }) => spec.name).sort()).toEqual([...OLD].sort());
  expect(known.map(({ spec }) => spec.name).sort()).toEqual(['added', 'base', 'kept', 'top']);
  const words = readFileSync(rig.path('1.out'), 'utf8').length;

  run('2', 'trial', ...second({ healthchecks: [...quick('top').healthchecks, waitsFor('go')] }));
  expect(rig.supervisor.convergence('app')).toEqual({ state: 'converged' });
  await eventually(() => readFileSync(rig.path('2.out'), 'utf8').length > 100);
  expect(readFileSync(rig.path('1.out'), 'utf8')).toHaveLength(words);

  run('2', 'steady', ...second({ healthchecks: [...quick('top').healthchecks, waitsFor('go')] }));
  await converged();
  // The signal was the first thing that it saw: it had the time to end by itself.
  expect(readFileSync(rig.path('ended'), 'utf8')).toBe('1\n');
  expect(
    rig.supervisor
      .instances()
      .map(({ agent: name, version }) => `${name} ${version}`)
      .sort(),
  ).toEqual(['added 2', 'base 2', 'kept 1', 'top 2']);
  expect(of('1', 'kept')).toEqual(kept);
});

const waitsFor = (name: string): Healthcheck => ({
  ...{ method: { kind: 'exec', command: ['test', '-e', rig.path(name)] }, purposes: ['startup'], level: 'basic' },
  ...{ critical: true, intervalMs: 50, timeoutMs: 20_000, retries: 1, startPeriodMs: 60_000 },
});

test('a revert lets the same processes go on, and only then ends what is new', async () => {
  run('1', 'steady', ...first());
  await converged();
  const before = OLD.map((name) => of('1', name)!);
  run('2', 'switch', ...second());
  await converged();
  const early: string[] = [];
  const end = rig.supervisor.onChange(() => {
    const serving = OLD.filter((name) => of('1', name)?.ready === true).length;
    const going = rig.events.filter(({ type, version }) => type === 'agent.stopped' && version === '2').length;
    if (serving < OLD.length && going > 0) early.push(`${going} new ended, ${serving} old ready`);
  });
  run('1', 'steady', ...first());
  await converged();
  end();
  expect(early).toEqual([]);
  for (const { agent: name, pid, incarnation, restarts } of before) {
    expect(of('1', name)).toMatchObject({ state: 'ready', ready: true, pid, incarnation, restarts });
    expect(told('1', name)).toEqual(['agent.starting', 'agent.ready', 'agent.ready']);
    expect(processState(pid)).not.toBe('T');
  }
  expect(rig.supervisor.instances().map(({ version }) => version)).toEqual(['1', '1', '1', '1']);
  const size = readFileSync(rig.path('1.out'), 'utf8').length;
  await eventually(() => readFileSync(rig.path('1.out'), 'utf8').length > size);
});

test('a new set that fails has touched nothing', async () => {
  run('1', 'steady', ...first());
  await converged();
  const before = rig.supervisor.instances();
  run('2', 'switch', ...second({ command: ['sh', '-c', 'exit 3'], healthchecks: [] }));
  const failed = await eventually(() => {
    const found = rig.supervisor.convergence('app');
    return found.state === 'failed' ? found : null;
  });
  expect(failed.culprit).toMatchObject({ agent: 'top' });
  expect(rig.supervisor.instances().filter(({ version }) => version === '1')).toEqual(before);
  run('1', 'steady', ...first());
  await converged();
  expect(rig.supervisor.instances()).toEqual(before);
});

test('what can not run twice is replaced when all else is proven, and nothing is frozen before', async () => {
  const alone = (version: string): HostAgent => quick('alone', { ...inVersion(version), exclusive: true });
  run('1', 'steady', ...first(), alone('1'));
  await converged();
  const order: string[] = [];
  const end = rig.supervisor.onChange(() => {
    for (const [word, holds] of [
      ['rest proven', ['base', 'top', 'added'].every((name) => of('2', name)?.ready)],
      ['alone leaves', ['draining', 'stopping'].includes(of('1', 'alone')?.state ?? '')],
      ['alone proven', of('2', 'alone')?.ready === true],
      ['frozen', OLD.some((name) => of('1', name)?.state === 'draining')],
    ] as const) {
      if (holds && !order.includes(word)) order.push(word);
    }
  });
  run('2', 'switch', ...second(), alone('2'));
  await converged();
  expect(order).toEqual(['rest proven', 'alone leaves', 'alone proven', 'frozen']);
  run('1', 'steady', ...first(), alone('1'));
  await converged();
  end();
  expect(of('1', 'alone')).toMatchObject({ ready: true });
  expect(told('1', 'base')).toEqual(['agent.starting', 'agent.ready', 'agent.ready']);
});

const beats = (withinMs: number): Healthcheck => ({
  ...{ method: { kind: 'heartbeat', withinMs }, purposes: ['startup', 'readiness', 'liveness'], level: 'basic' },
  ...{ critical: true, intervalMs: 100, timeoutMs: 1_000, retries: 1, startPeriodMs: 60_000 },
});

test('it is frozen when it says that it is idle; its silence is held against nobody', async () => {
  const worker = (version: string, given: Partial<HostAgent> = {}): HostAgent =>
    agent('worker', { ...inVersion(version), stopGraceMs: 60_000, ...given });
  run('1', 'steady', worker('1', { healthchecks: [beats(2_000)] }));
  const { incarnation, pid } = await eventually(() => rig.status('worker') ?? null);
  const timer = setInterval(() => rig.supervisor.heard(incarnation, { kind: 'beat', busy: isBusy }), 50);
  let isBusy = true;
  try {
    await converged();
    run('2', 'switch', worker('2'));
    await eventually(() => expect(of('1', 'worker')?.reason).toContain('as soon as it is idle'));
    await eventually(() => expect(of('2', 'worker')?.ready).toBe(true));
    // It was asked for some time now.
    await eventually(() => expect(Date.now() - Date.parse(of('1', 'worker')!.since)).toBeGreaterThan(500));
    expect(processState(pid)).not.toBe('T');
    expect(rig.supervisor.convergence('app')).toMatchObject({ waitingFor: 'the old worker to be out of service' });
    isBusy = false;
    await isFrozen('1', 'worker');
  } finally {
    clearInterval(timer);
  }
  // Longer than it may be silent.
  await eventually(() => expect(Date.now() - Date.parse(of('1', 'worker')!.since)).toBeGreaterThan(2_500));
  expect(told('1', 'worker')).toEqual(['agent.starting', 'agent.ready']);
  run('1', 'steady', worker('1', { healthchecks: [beats(2_000)] }));
  expect(of('1', 'worker')).toMatchObject({ state: 'starting', pid, incarnation });
  rig.supervisor.heard(incarnation, { kind: 'beat' });
  await converged();
  expect(told('1', 'worker')).toEqual(['agent.starting', 'agent.ready', 'agent.ready']);
});

test('a beat that says busy is enough, whatever its checks are', async () => {
  const worker = (version: string): HostAgent => quick('worker', { ...inVersion(version), stopGraceMs: 60_000 });
  run('1', 'steady', worker('1'));
  await converged();
  const { incarnation, pid } = of('1', 'worker')!;
  rig.supervisor.heard(incarnation, { kind: 'beat', busy: true });
  run('2', 'switch', worker('2'));
  await eventually(() => expect(of('1', 'worker')?.state).toBe('draining'));
  await eventually(() => expect(Date.now() - Date.parse(of('1', 'worker')!.since)).toBeGreaterThan(500));
  expect(processState(pid)).not.toBe('T');
  rig.supervisor.heard(incarnation, { kind: 'beat', busy: false });
  await isFrozen('1', 'worker');
});

const PORT = 18646;
const server = (given: Partial<HostAgent>): HostAgent =>
  quick('web', {
    command: [
      process.execPath,
      '-e',
      `require('net').createServer((s) => s.pipe(s)).listen({ fd: 3 }); process.on('SIGTERM', () => process.exit())`,
    ],
    sockets: [{ name: 'tcp', listen: `127.86.0.5:${PORT}` }],
    order: 'start-first',
    ...given,
  });

test('one that is never idle runs on until the commit', async () => {
  run('1', 'steady', server({ ...inVersion('1'), stopGraceMs: 400 }));
  await converged();
  const { pid } = rig.status('web')!;
  const client = connect(PORT, '127.86.0.5');
  const echo = (): Promise<string> =>
    new Promise((resolve) => {
      client.once('data', (data) => resolve(String(data)));
      client.write('hello');
    });
  try {
    expect(await echo()).toBe('hello');
    run('2', 'switch', server(inVersion('2')));
    await converged();
    expect(of('1', 'web')).toMatchObject({
      state: 'draining',
      reason: 'replaced; runs on until the commit, it was never idle: it has a connection open',
      pid,
    });
    expect(await echo()).toBe('hello');
    run('2', 'steady', server(inVersion('2')));
    await converged();
    expect(of('1', 'web')).toBeUndefined();
  } finally {
    client.destroy();
  }
});

test('one that dies while it is frozen is started anew on the way back', async () => {
  run('1', 'steady', ...first());
  await converged();
  run('2', 'switch', ...second());
  await converged();
  const { pid } = of('1', 'base')!;
  process.kill(pid, 'SIGKILL');
  await eventually(() => expect(told('1', 'base')).toContain('agent.exited'));
  expect(rig.events.find(({ type, agent: name }) => type === 'agent.exited' && name === 'base')).toMatchObject({
    reason: 'frozen until the commit, it was ended by SIGKILL',
  });
  await converged();
  run('1', 'steady', ...first());
  await converged();
  expect(of('1', 'base')).toMatchObject({ ready: true, restarts: 0 });
  expect(of('1', 'base')!.pid).not.toBe(pid);
  expect(told('1', 'top')).toEqual(['agent.starting', 'agent.ready', 'agent.ready']);
});

test('a person stops both, restarts the new one alone, and is refused what is only kept', async () => {
  run('1', 'steady', ...first());
  await converged();
  run('2', 'switch', ...second());
  await converged();
  const [frozen, serving] = [of('1', 'base')!, of('2', 'base')!];
  await rig.supervisor.control('app', ['base'], 'restart', 'ann');
  expect(of('1', 'base')).toEqual(frozen);
  expect(of('2', 'base')).toMatchObject({ ready: true });
  expect(of('2', 'base')!.pid).not.toBe(serving.pid);
  await expect(rig.supervisor.control('app', ['gone'], 'restart', 'ann')).rejects.toThrow(
    /^gone is kept until the rollout/,
  );
  await rig.supervisor.control('app', ['base'], 'stop', 'ann');
  expect(rig.supervisor.instances().filter(({ agent: name, pid }) => name === 'base' && pid !== 0)).toEqual([]);
  expect(readFileSync(rig.path('ended'), 'utf8').split('\n').sort()).toEqual(['', '1', '2', '2']);
});

test('a machine that goes down asks what is frozen to end like anything else', async () => {
  run('1', 'steady', ...first());
  await converged();
  run('2', 'switch', ...second());
  await converged();
  expect(await rig.supervisor.drain(60_000)).toEqual([]);
  rig = new Rig({}, rig.folder);
  expect(readFileSync(rig.path('ended'), 'utf8').split('\n').sort()).toEqual(['', '1', '2']);
});
