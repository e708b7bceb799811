/** Instances that come and go, and how many of an agent are replaced at once: with real processes. */
import { fileURLToPath } from 'node:url';
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { agent, quick, Rig, target } from './testing/rig.js';

let rig: Rig;
beforeEach(() => (rig = new Rig()));
afterEach(() => rig.end());

const converged = () => eventually(() => rig.supervisor.convergence('app').state === 'converged');
const pids = (): readonly number[] => rig.supervisor.instances().map(({ pid }) => pid);
/** Of the same release with another number, as the host driver says it. */
const run = (spec: HostAgent, replicas: number): void =>
  rig.supervisor.setTarget('app', target(rig.folder, '1', { ...spec, replicas }), 'steady');

test('more instances are started beside those that run, which stay as they are', async () => {
  run(quick('many'), 2);
  await converged();
  const before = pids();
  run(quick('many'), 5);
  await converged();
  expect(pids().slice(0, 2)).toEqual(before);
  expect(new Set(pids()).size).toBe(5);
  expect(rig.supervisor.instances().map(({ instance }) => instance)).toEqual([0, 1, 2, 3, 4]);
});

test('instances that are too many go one after another, the last first, each with the time it has to end', async () => {
  run(quick('many'), 4);
  await converged();
  const before = pids();
  const leaving: number[][] = [];
  const onItsWay = ({ state }: InstanceStatus): boolean => state === 'draining' || state === 'stopping';
  rig.supervisor.onChange(() =>
    leaving.push(
      rig.supervisor
        .instances()
        .filter(onItsWay)
        .map(({ instance }) => instance),
    ),
  );
  run(quick('many'), 1);
  await converged();
  expect(pids()).toEqual(before.slice(0, 1));
  expect(leaving.every((some) => some.length <= 1)).toBe(true);
  expect([...new Set(leaving.flat())]).toEqual([3, 2, 1]);
  const ends = rig.events.filter(({ type }) => type === 'agent.stopped' || type === 'agent.exited');
  expect(ends.map(({ instance }) => instance)).toEqual([3, 2, 1]);
});

test('instances that share a socket come and go without a request that fails', async () => {
  const address = '127.86.0.9:18649';
  const web = agent('web', {
    command: [process.execPath, fileURLToPath(new URL('../../../../test/agents/shared-socket.mjs', import.meta.url))],
    sockets: [{ name: 'http', listen: address }],
    order: 'start-first',
  });
  run(web, 1);
  await converged();
  let [asking, answered] = [true, 0];
  const clients = Array.from({ length: 3 }, async () => {
    for (; asking; answered++) expect((await fetch(`http://${address}/`)).status).toBe(200);
  });
  run(web, 3);
  await converged();
  run(web, 1);
  await converged();
  const until = answered + 10;
  await eventually(() => answered > until);
  asking = false;
  await Promise.all(clients);
});

test('none at all is a number too, and whoever depends on it is not held up', async () => {
  const rest = quick('rest', { dependsOn: [{ agent: 'many', condition: 'service_healthy' }] });
  const both = (replicas: number) => target(rig.folder, '1', quick('many', { replicas }), rest);
  rig.supervisor.setTarget('app', both(2), 'steady');
  await converged();
  const { pid } = rig.status('rest')!;
  rig.supervisor.setTarget('app', both(0), 'steady');
  await converged();
  expect(rig.supervisor.instances()).toMatchObject([{ agent: 'rest', pid }]);
  expect(rig.supervisor.convergence('app').state).toBe('converged');
});

describe('replicas are replaced one at a time within a host', () => {
  it.each(['stop-first', 'start-first'] as const)('%s', async (order) => {
    const version = (name: string): HostAgent => quick('many', { replicas: 3, order, environment: { V: name } });
    rig.supervisor.setTarget('app', target(rig.folder, '1', version('1')), 'steady');
    await converged();
    const seen = { fewest: 3, most: 3, coming: 0 };
    rig.supervisor.onChange(() => {
      const all = rig.supervisor.instances();
      const serving = new Set(all.filter(({ ready }) => ready).map(({ instance }) => instance)).size;
      const running = all.filter(({ pid }) => pid !== 0);
      seen.fewest = Math.min(seen.fewest, serving);
      seen.most = Math.max(seen.most, running.length);
      seen.coming = Math.max(seen.coming, running.filter((one) => one.version === '2' && !one.ready).length);
    });
    rig.supervisor.setTarget('app', target(rig.folder, '2', version('2')), 'switch');
    await converged();
    expect(rig.supervisor.instances().map((one) => one.version)).toEqual(['2', '2', '2']);
    // One is away while it is replaced, or one more is there; never two.
    expect(seen).toMatchObject(order === 'stop-first' ? { fewest: 2, most: 3 } : { fewest: 3, most: 4 });
    expect(seen.coming).toBeLessThanOrEqual(1);
  });

  it('and as many as parallelism says', async () => {
    const version = (name: string): HostAgent =>
      quick('many', { replicas: 4, parallelism: 2, environment: { V: name } });
    rig.supervisor.setTarget('app', target(rig.folder, '1', version('1')), 'steady');
    await converged();
    let fewest = 4;
    rig.supervisor.onChange(() => {
      fewest = Math.min(fewest, rig.supervisor.instances().filter(({ ready }) => ready).length);
    });
    rig.supervisor.setTarget('app', target(rig.folder, '2', version('2')), 'switch');
    await converged();
    expect(fewest).toBe(2);
  });
});
