/** A sidecar may be killed at any moment: the next one takes over what runs, doubles nothing, and goes on. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import type { EventType } from '@outrider/shared/domain/event.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSockets } from '../process/sockets.js';
import type { BusEndpoints, Convergence, Probes, Sockets, Target, TargetMode } from './ports.js';
import { Rig, agent, quick, target } from './testing/rig.js';

interface Told {
  readonly instances: readonly InstanceStatus[];
  readonly convergence: Convergence;
  readonly events: readonly { readonly type: EventType; readonly agent: string }[];
  readonly warnings: readonly string[];
}

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'outrider-rig-'))));
afterEach(async () => {
  await kill();
  // Whatever the test has left is taken over once more, and ended.
  await new Rig({}, folder).end();
  expect(processesOf({ folder })).toEqual([]);
});

class Sidecar {
  #last: Told | undefined;

  constructor() {
    const built = fileURLToPath(new URL('../../dist/supervise/testing/supervisor-process.js', import.meta.url));
    if (!existsSync(built)) throw new Error(`${built} is missing: run npm run build first.`);
    child = fork(built, [folder], { stdio: 'inherit' });
    child.on('message', (told) => (this.#last = told as Told));
  }

  setTarget(wanted: Target, mode: TargetMode): void {
    child?.send({ target: wanted, mode });
  }

  until(holds: (told: Told) => boolean): Promise<Told> {
    return eventually(() => (this.#last !== undefined && holds(this.#last) ? this.#last : null), {
      describe: () => `the sidecar, which last told ${JSON.stringify(this.#last)}`,
    });
  }
}

async function kill(): Promise<void> {
  const dying = child;
  child = undefined;
  if (dying?.exitCode !== null || dying.signalCode !== null) return;
  const gone = new Promise((resolve) => dying.once('exit', resolve));
  dying.kill('SIGKILL');
  await gone;
}

const isConverged = ({ convergence, instances }: Told): boolean =>
  convergence.state === 'converged' && instances.length > 0;
const find = (told: Told, name: string): InstanceStatus => told.instances.find((one) => one.agent === name)!;
/** Programs of an agent that live, by the folder they work in and their mark. */
const running = (name: string): number[] => {
  const ours = new Set(processesOf({ folder }).map(({ pid }) => pid));
  return processesOf({ variable: `OUTRIDER_AGENT=${name}` }).flatMap(({ pid }) => (ours.has(pid) ? [pid] : []));
};

test('what an agent said once is remembered: it is ready when the rest is', async () => {
  const say = fileURLToPath(new URL('../../../../test/agents/notify-ready.py', import.meta.url));
  const purposes = ['readiness'] as const;
  const base = { purposes, level: 'basic', critical: true, intervalMs: 100, timeoutMs: 10_000, retries: 1 } as const;
  const healthchecks: Healthcheck[] = [
    { ...base, startPeriodMs: 60_000, method: { kind: 'notify' } },
    { ...base, startPeriodMs: 60_000, method: { kind: 'exec', command: ['test', '-e', join(folder, 'rest')] } },
  ];
  const first = target(folder, '1', agent('told', { command: ['python3', say], healthchecks }));
  let sidecar = new Sidecar();
  sidecar.setTarget(first, 'steady');
  // Said in the same message as READY.
  const before = await sidecar.until(({ instances }) => instances.some(({ reason }) => reason === 'all is well'));
  expect(find(before, 'told').state).toBe('starting');
  await kill();
  writeFileSync(join(folder, 'rest'), '');
  sidecar = new Sidecar();
  const after = await sidecar.until(({ instances }) => instances.some(({ ready }) => ready));
  expect(find(after, 'told')).toMatchObject({ pid: find(before, 'told').pid, restarts: 0 });
});

test('what ran is taken over, what died meanwhile is started, counters go on, sockets are taken back', async () => {
  const web = quick('web', { sockets: [{ name: 'http', listen: '127.86.0.2:18643' }], order: 'start-first' });
  const first = target(folder, '1', quick('lives'), quick('dies'), web);
  let sidecar = new Sidecar();
  sidecar.setTarget(first, 'steady');
  const before = await sidecar.until(isConverged);
  await kill();
  process.kill(find(before, 'dies').pid, 'SIGKILL');

  sidecar = new Sidecar();
  const adopted = await sidecar.until(
    ({ instances }) => instances.length === 3 && instances.every(({ ready }) => ready),
  );
  expect(adopted.warnings).toEqual([]);
  expect(find(adopted, 'lives')).toMatchObject({ pid: find(before, 'lives').pid, restarts: 0 });
  expect(find(adopted, 'dies')).toMatchObject({ restarts: 1 });
  expect(find(adopted, 'dies').pid).not.toBe(find(before, 'dies').pid);
  expect(
    adopted.events
      .filter(({ type }) => type === 'agent.adopted')
      .map((event) => event.agent)
      .sort(),
  ).toEqual(['lives', 'web']);

  // The socket was taken back: it is handed to the next version while the old one runs.
  sidecar.setTarget(target(folder, '2', quick('lives'), quick('dies'), { ...web, fingerprint: 'next' }), 'switch');
  const switched = await sidecar.until((told) => isConverged(told) && find(told, 'web').version === '2');
  expect(find(switched, 'lives')).toMatchObject({ pid: find(before, 'lives').pid, version: '1' });
  process.kill(find(switched, 'lives').pid, 'SIGKILL');
  await sidecar.until((told) => find(told, 'lives').restarts === 1 && isConverged(told));
});

test('killed again and again in the middle of starts and swaps, it ends as it should and nothing runs twice', async () => {
  const names = ['a', 'b', 'c', 'd'];
  const release = (version: number): Target =>
    target(
      folder,
      String(version),
      ...names.map((name, place) =>
        quick(name, {
          environment: { VERSION: String(version) },
          order: place % 2 === 0 ? 'start-first' : 'stop-first',
          ...(place === 0 ? {} : { dependsOn: [{ agent: names[place - 1]!, condition: 'service_started' }] }),
        }),
      ),
    );
  for (let round = 0; round < 8; round++) {
    const sidecar = new Sidecar();
    sidecar.setTarget(release(Math.floor(round / 3)), 'switch');
    const events = round % 4;
    await sidecar.until((told) => told.events.length > events);
    await kill();
  }
  const sidecar = new Sidecar();
  sidecar.setTarget(release(9), 'switch');
  const told = await sidecar.until(isConverged);
  expect(told.instances.map(({ agent: name, version }) => `${name} ${version}`).sort()).toEqual(
    names.map((name) => `${name} 9`),
  );
  for (const name of names) expect(running(name)).toEqual([find(told, name).pid]);
});

test('a broken version stays unproven under a sidecar that could not take the sockets back', async () => {
  const listen = '127.86.0.3:18644';
  const program = fileURLToPath(new URL('../../../../test/agents/shared-socket.mjs', import.meta.url));
  const web = (version: string, status: number): Target => {
    const method = { kind: 'http', url: `http://${listen}/`, status: 200 } as const;
    const check = { ...quick('').healthchecks[0]!, method, intervalMs: 50, startPeriodMs: 4_000 };
    const served = agent('web', {
      command: [process.execPath, program, String(status)],
      environment: { RELEASE: version },
      sockets: [{ name: 'http', listen }],
      order: 'start-first',
      healthchecks: [check],
    });
    return target(folder, version, served);
  };
  const sidecar = new Sidecar();
  sidecar.setTarget(web('1', 200), 'steady');
  const { pid } = find(await sidecar.until(isConverged), 'web');
  sidecar.setTarget(web('2', 500), 'switch');
  await sidecar.until(({ instances }) => instances.length === 2 && instances.every((one) => one.pid > 0));
  await kill();

  const sockets = createSockets();
  const recover: Sockets['recover'] = (app, name, specs) => sockets.recover(app, name, specs, undefined);
  const blind = { ...bound(sockets), recover };
  const next = new Rig({ sockets: blind }, folder);
  next.supervisor.setTarget('app', web('2', 500), 'switch');
  await eventually(() => next.supervisor.convergence('app').state === 'failed');
  const gap = `socket http (${listen}) was not kept when the sidecar ended: connections `;
  expect(next.warnings.join()).toContain(gap);
  expect(next.status('web')?.reason).toContain(gap);
  expect(next.types('web')).not.toContain('agent.ready');
  expect(next.supervisor.instances().find(({ version }) => version === '1')).toMatchObject({ pid, ready: true });
  await next.end();
  mkdirSync(folder);
});

test('a socket that neither sidecar nor agent has kept is opened again, and it is said that callers were refused', async () => {
  const listen = '127.86.0.6:18646';
  const web = quick('web', { sockets: [{ name: 'http', listen }] });
  let sidecar = new Sidecar();
  sidecar.setTarget(target(folder, '1', web), 'steady');
  const { pid, reason } = find(await sidecar.until(isConverged), 'web');
  expect(reason).toBe('');
  await kill();
  process.kill(pid, 'SIGKILL');
  sidecar = new Sidecar();
  sidecar.setTarget(target(folder, '1', web), 'steady');
  const told = await sidecar.until((now) => isConverged(now) && find(now, 'web').ready);
  const gap =
    `socket http (${listen}) was not kept when the sidecar ended: connections may have been refused until it ` +
    "was opened again; a .socket unit or systemd's fd store keeps it";
  expect(find(told, 'web').reason).toContain(gap);
  expect(told.warnings.join()).toContain(`app/web: socket http (${listen}) was not kept`);
});

test('what one replica has kept is there for another that died with the sidecar, and nothing was lost', async () => {
  const web = agent('web', { sockets: [{ name: 'http', listen: '127.86.0.7:18647' }], replicas: 2 });
  let sidecar = new Sidecar();
  sidecar.setTarget(target(folder, '1', web), 'steady');
  const before = await sidecar.until((told) => isConverged(told) && told.instances.length === 2);
  await kill();
  const dead = before.instances[0]!.pid;
  process.kill(dead, 'SIGKILL');
  sidecar = new Sidecar();
  const runs = ({ pid }: InstanceStatus): boolean => pid > 0 && pid !== dead;
  const both = await sidecar.until(({ instances }) => instances.length === 2 && instances.every(runs));
  expect(both.instances.map(({ restarts }) => restarts).sort()).toEqual([0, 1]);
  expect(both.events.map(({ type }) => type)).not.toContain('agent.backoff');
  expect(both.warnings).toEqual([]);
});

const bound = (sockets: Sockets): Sockets => ({
  hold: (...given) => sockets.hold(...given),
  release: (...given) => sockets.release(...given),
  recover: (...given) => sockets.recover(...given),
  gap: (...given) => sockets.gap(...given),
});

test('a trial goes on under the next sidecar: what is new and died meanwhile is a failure', async () => {
  const old = quick('kept');
  let sidecar = new Sidecar();
  sidecar.setTarget(target(folder, '1', old), 'steady');
  await sidecar.until(isConverged);
  const next = target(folder, '2', old, quick('added'));
  sidecar.setTarget(next, 'switch');
  const converged = await sidecar.until((told) => isConverged(told) && told.instances.length === 2);
  sidecar.setTarget(next, 'trial');
  await sidecar.until(isConverged);
  await kill();
  process.kill(find(converged, 'added').pid, 'SIGKILL');
  process.kill(find(converged, 'kept').pid, 'SIGKILL');
  sidecar = new Sidecar();
  sidecar.setTarget(next, 'trial');
  const failed = await sidecar.until(({ convergence }) => convergence.state === 'failed');
  expect(failed.convergence).toMatchObject({
    culprit: {
      agent: 'added',
      cause: expect.stringMatching(/^(was ended by SIGKILL|ended in a way that nobody could see)$/) as string,
    },
  });
});

test('what a person has stopped stays stopped under the next sidecar', async () => {
  const first = new Rig({}, folder);
  first.supervisor.setTarget('app', target(folder, '1', quick('one')), 'steady');
  await eventually(() => first.status('one')?.ready === true);
  await first.supervisor.control('', [], 'stop', 'ann');
  const second = new Rig({}, folder);
  second.supervisor.setTarget('app', target(folder, '1', quick('one')), 'steady');
  expect(second.status('one')).toMatchObject({ state: 'exited', reason: 'stopped by ann' });
  expect(second.supervisor.convergence('app')).toEqual({ state: 'converged' });
});

test('what could not be wholly taken over is not judged by checks that nobody can fill in', async () => {
  const method = { kind: 'exec', command: ['test', '-n', '${OUTRIDER_AGENT}'] } as const;
  const check = { ...quick('').healthchecks[0]!, method, purposes: ['readiness'] as const, intervalMs: 50 };
  const names = ['known', 'lost'];
  const both = names.map((name) => agent(name, { healthchecks: [check] }));
  const sidecar = new Sidecar();
  sidecar.setTarget(target(folder, '1', ...both), 'steady');
  await sidecar.until(isConverged);
  await kill();
  const asked: string[] = [];
  const open: BusEndpoints['open'] = ({ agent: name }) => {
    if (name === 'lost') throw new Error('no bus for this one');
    return 'ipc://nowhere';
  };
  const ask: Probes['ask'] = ({ method: given }) => {
    asked.push(given.kind === 'exec' ? given.command.join(' ') : '');
    return Promise.resolve({ status: 'ok', seconds: 0, detail: '' });
  };
  const next = new Rig({ bus: { prefix: 'ipc://nowhere', open, close: () => undefined }, probes: { ask } }, folder);
  await eventually(() => asked.filter((command) => command === 'test -n known').length >= 3);
  expect(new Set(asked)).toEqual(new Set(['test -n known']));
  expect(next.warnings.join()).toContain('no bus for this one');
  expect(next.status('lost')).toMatchObject({ ready: true });
  await next.end();
  mkdirSync(folder);
});

test('records of another boot of the machine are none', async () => {
  const first = new Rig({ bootId: 'another-boot' }, folder);
  first.parts.records.write('app/ghost.0~1', {
    ...{
      format: 1,
      key: 'app/ghost.0~1',
      bootId: 'the-boot-before',
      app: 'app',
      spec: quick('ghost'),
      index: 0,
      slot: 'active',
    },
    ...{ origin: {}, instance: { state: 'ready', incarnation: 'x', history: {}, since: 0, reason: '' } },
  });
  const second = new Rig({}, folder);
  expect(second.supervisor.instances()).toEqual([]);
  expect(second.parts.records.load()).toEqual([]);
});

test('an agent whose record was lost is taken in as what its own environment proves, and never doubled', async () => {
  // Its child leads a session of its own, and carries the same mark.
  const proven = quick('proven', { command: ['sh', '-c', 'setsid sleep 1000 & exec sleep 1000'] });
  const [changed, gone] = [quick('changed'), quick('gone')];
  let sidecar = new Sidecar();
  sidecar.setTarget(target(folder, '1', { ...proven, fingerprint: 'as-it-is-here' }, changed, gone), 'steady');
  const before = await sidecar.until((told) => isConverged(told) && told.instances.length === 3);
  await kill();
  for (const name of readdirSync(join(folder, 'instances'))) {
    writeFileSync(join(folder, 'instances', name), '{"not whole');
  }
  // As if it had been kept beside another version.
  process.kill(find(before, 'proven').pid, 'SIGSTOP');

  sidecar = new Sidecar();
  // Until it is known what should run, they are left as they are.
  await sidecar.until(({ warnings }) => warnings.filter((text) => text.includes('without a record')).length === 3);
  expect(running('proven')).toContain(find(before, 'proven').pid);
  const other = { ...changed, fingerprint: 'another-setting' };
  sidecar.setTarget(target(folder, '1', { ...proven, fingerprint: 'as-it-is-here' }, other), 'steady');
  const after = await sidecar.until((told) => isConverged(told) && told.instances.length === 2);
  expect(find(after, 'proven')).toMatchObject({ pid: find(before, 'proven').pid, version: '1', restarts: 0 });
  expect(readFileSync(`/proc/${find(after, 'proven').pid}/stat`, 'latin1')).not.toMatch(/\) T /);
  expect(find(after, 'changed').pid).not.toBe(find(before, 'changed').pid);
  expect([running('proven'), running('changed'), running('gone')].map((pids) => pids.length)).toEqual([2, 1, 0]);
  const kept = readdirSync(join(folder, 'instances')).filter((name) => name.includes('.unreadable-'));
  expect(kept).toHaveLength(3);
});

test('a record that was changed by hand is believed in nothing, and what it stands for is taken in', async () => {
  let sidecar = new Sidecar();
  sidecar.setTarget(target(folder, '1', quick('calm')), 'steady');
  const before = await sidecar.until(isConverged);
  await kill();
  const path = join(folder, 'instances', readdirSync(join(folder, 'instances'))[0]!);
  const record = JSON.parse(readFileSync(path, 'utf8')) as { spec: object; identity: object };
  writeFileSync(path, JSON.stringify({ ...record, identity: { ...record.identity, pid: process.pid } }));

  sidecar = new Sidecar();
  sidecar.setTarget(target(folder, '1', quick('calm')), 'steady');
  const after = await sidecar.until(isConverged);
  expect(find(after, 'calm').pid).toBe(find(before, 'calm').pid);
  expect(after.warnings.join()).toContain('of a sidecar that this one does not understand, or was changed');
});
