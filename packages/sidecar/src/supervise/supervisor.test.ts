import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../process/testing/scratch.js';
import { Rig, agent, target } from './testing/rig.js';

let rig: Rig;
beforeEach(() => (rig = new Rig()));
afterEach(() => rig.end());

test('starts what should run, restarts what was killed, and stops what should not run any more', async () => {
  rig.supervisor.setTarget('app', target(rig.folder, '1', agent('one')), 'steady');
  const first = await eventually(() => {
    const status = rig.status('one');
    expect(status).toMatchObject({ state: 'ready', ready: true, restarts: 0, version: '1', healthScore: 1 });
    return status!;
  });
  expect(rig.supervisor.convergence('app')).toEqual({ state: 'converged' });
  process.kill(first.pid, 'SIGKILL');
  const second = await eventually(() => {
    const status = rig.status('one');
    expect(status).toMatchObject({ state: 'ready', restarts: 1 });
    return status!;
  });
  expect(second.incarnation).not.toBe(first.incarnation);
  rig.supervisor.setTarget('app', undefined, 'steady');
  await eventually(() => expect(rig.supervisor.instances()).toEqual([]));
  expect(() => process.kill(second.pid, 0)).toThrow();
  expect(rig.types('one')).toEqual([
    'agent.starting',
    'agent.ready',
    'agent.exited',
    'agent.starting',
    'agent.ready',
    'agent.stopped',
  ]);
});
