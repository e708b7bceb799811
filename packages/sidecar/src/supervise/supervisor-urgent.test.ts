/** A target that can't wait: what runs instead is killed, whatever grace it has and whatever it waits for. */
import { existsSync } from 'node:fs';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { quick, Rig, target } from './testing/rig.js';

let rig: Rig;
beforeEach(() => (rig = new Rig()));
afterEach(async () => {
  rig.supervisor.setTarget('app', undefined, 'steady', { urgent: true });
  await rig.end();
  expect(processesOf({ folder: rig.folder })).toEqual([]);
});

const HOUR_MS = 3_600_000;
/** Will not end by itself; says so once it could. */
const deaf = (name: string, version: string) =>
  quick(name, {
    command: ['sh', '-c', `trap '' TERM; : > ${rig.path(`${name}-${version}`)}; while :; do sleep 0.05; done`],
    stopGraceMs: HOUR_MS,
    replicas: 2,
    environment: { VERSION: version },
    order: name === 'first' ? 'start-first' : 'stop-first',
    healthchecks: [],
  });
const release = (version: string) =>
  target(
    rig.folder,
    version,
    deaf('first', version),
    { ...deaf('last', version), dependsOn: [{ agent: 'first', condition: 'service_healthy' as const }] },
    quick('kept'),
  );
const converged = () => eventually(() => rig.supervisor.convergence('app').state === 'converged', 60_000);
const versions = (): string[] =>
  rig.supervisor
    .instances()
    .filter(({ agent }) => agent !== 'kept')
    .map(({ version }) => version);

test('an urgent target waits for nobody: all of the other release are killed at once, what is kept runs on', async () => {
  rig.supervisor.setTarget('app', release('1'), 'steady');
  await converged();
  await eventually(() => existsSync(rig.path('first-1')) && existsSync(rig.path('last-1')));
  const kept = rig.status('kept')?.pid;
  const before = rig.supervisor.instances().map(({ pid }) => pid);
  rig.supervisor.setTarget('app', release('2'), 'steady', { urgent: true });
  await converged();
  expect(versions()).toEqual(['2', '2', '2', '2']);
  expect(rig.status('kept')?.pid).toBe(kept);
  expect(rig.supervisor.instances().filter(({ pid }) => before.includes(pid))).toHaveLength(1);
});

test('what drains already for an hour is killed too, also where it is wanted again', async () => {
  rig.supervisor.setTarget('app', release('1'), 'steady');
  await converged();
  await eventually(() => existsSync(rig.path('last-1')));
  const running = rig.supervisor.instances().length;
  rig.supervisor.setTarget('app', release('2'), 'switch');
  await eventually(() => rig.supervisor.instances().filter(({ state }) => state === 'draining').length > 0);
  expect(rig.supervisor.instances().length).toBeGreaterThanOrEqual(running);
  rig.supervisor.setTarget('app', release('1'), 'steady', { urgent: true });
  await converged();
  expect(versions()).toEqual(['1', '1', '1', '1']);
  expect(rig.supervisor.instances().map(({ state }) => state)).toEqual(Array(5).fill('ready'));
});

test('a target that is not urgent goes on to wait', async () => {
  rig.supervisor.setTarget('app', release('1'), 'steady');
  await converged();
  await eventually(() => existsSync(rig.path('last-1')));
  rig.supervisor.setTarget('app', undefined, 'steady');
  await eventually(() => rig.supervisor.instances().some(({ state }) => state === 'draining'));
  expect(rig.supervisor.convergence('app').state).toBe('converging');
  rig.supervisor.setTarget('app', undefined, 'steady', { urgent: true });
  await eventually(() => rig.supervisor.instances().length === 0);
});
