/** Rollouts over three real hosts: what they change, what they leave alone, and how they come back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.js';
import {
  type Event,
  clearMark,
  fault,
  isStep,
  lastEvent,
  marked,
  pids,
  setMark,
  steps,
  tree,
  versions,
  web,
} from '../support/rollout-kit.js';

const HOSTS = ['alpha', 'beta', 'gamma'];
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ hosts: HOSTS });
});
afterAll(() => cluster.stop());

const everywhere = (version: string): Record<string, string> =>
  Object.fromEntries(HOSTS.map((host) => [host, version]));

/** Versions 1 and 2 of an app whose `memory` never changes. */
async function firstRelease(app: string, port: number, more: Record<string, object> = {}): Promise<void> {
  await cluster.push('1.0.0', tree(app, { memory: web(port), vision: web(port + 1), ...more }));
  const { code, stderr } = await cluster.rollout('1.0.0', '--app', app);
  expect([code, stderr]).toEqual([0, '']);
}

it('restarts only the agents that changed, host by host, and says so in events', async () => {
  const more = { bridge: web(18003, 1, { hosts: ['beta'], depends_on: ['memory'] }) };
  await firstRelease('good', 18001, more);
  const before = pids(cluster, 'good');
  expect(Object.keys(before)).toHaveLength(7);

  await cluster.push('1.1.0', tree('good', { memory: web(18001), vision: web(18002, 2), ...more }));
  const result = await cluster.rollout('1.1.0', '--app', 'good');
  expect([result.code, result.stderr]).toEqual([0, '']);

  const after = pids(cluster, 'good');
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  const changed = Object.keys(after).filter((key) => after[key] !== before[key]);
  expect(changed.sort()).toEqual(HOSTS.map((host) => `${host}/vision.0`));
  expect(await versions(cluster, 'good')).toEqual(everywhere('1.1.0'));

  const events = result.events<Event>();
  expect(steps(events, 'switching', 'trial')).toEqual(HOSTS.flatMap((host) => [`${host}:switching`, `${host}:trial`]));
  expect(steps(events, 'committed')).toHaveLength(3);
  expect(events.every(({ id, at, type }) => id !== '' && type !== '' && !Number.isNaN(Date.parse(at)))).toBe(true);
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  expect(lastEvent(result)).toMatchObject({
    type: 'rollout.succeeded',
    data: { rollout: events[0]?.rollout, from: '1.0.0', to: '1.1.0', hosts: everywhere('committed') },
  });
  expect(lastEvent(result).data?.['seconds']).toBeTypeOf('number');
});

it('takes everything back when an agent fails before it is ready, and names it', async () => {
  const bridge = { hosts: ['beta'], depends_on: ['memory'] };
  await firstRelease('early', 18011, { bridge: web(18013, 1, bridge) });
  const before = pids(cluster, 'early');

  const broken = { command: fault('exit-at-once.sh', '7'), ...bridge };
  await cluster.push('2.0.0', tree('early', { memory: web(18011), vision: web(18012, 2), bridge: broken }));
  const result = await cluster.rollout('2.0.0', '--app', 'early');
  expect(result.code).toBe(20);

  const last = lastEvent(result);
  expect(last.type).toBe('rollout.rolled_back');
  expect(last.data).toMatchObject({
    from: '1.0.0',
    to: '2.0.0',
    culprit: { host: 'beta', agent: 'bridge', instance: 0, cause: expect.stringMatching(/code 7/) as string },
  });
  const { log } = last.data?.['culprit'] as { readonly log: readonly string[] };
  expect(log.join('\n')).toContain('giving up at once');
  expect(steps(result.events<Event>(), 'switching')).toEqual(['alpha:switching', 'beta:switching']);

  const after = pids(cluster, 'early');
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  const untouched = Object.keys(before).filter((key) => key.includes('memory') || key.startsWith('gamma'));
  expect(untouched.map((key) => after[key])).toEqual(untouched.map((key) => before[key]));
  expect(await versions(cluster, 'early')).toEqual(everywhere('1.0.0'));

  const plain = await cluster.cli('rollout', 'status', '--app', 'early');
  expect(plain.code).toBe(20);
  expect(plain.stdout).toMatch(/Cause: bridge\.0 on beta: .*code 7[^]*\| .*giving up at once/);
});

it('takes hosts back in reverse order when an agent goes bad on trial', async () => {
  await firstRelease('late', 18021);
  const before = pids(cluster, 'late');
  await cluster.push('2.0.0', tree('late', { memory: web(18021), vision: marked(cluster, 'late', 18022) }));
  setMark(cluster, 'late', 'gamma');
  const run = cluster.follow(['rollout', '--version', '2.0.0', '--app', 'late', '--json', '--bake', '200ms']);
  await run.line(isStep('gamma', 'switching'));
  // Paused, so that gamma stays on trial for as long as it takes to go bad.
  expect((await cluster.cli('rollout', 'pause', '--app', 'late')).code).toBe(0);
  clearMark(cluster, 'late', 'gamma');
  await run.line(isStep('gamma', 'trial'));
  setMark(cluster, 'late', 'gamma');
  const result = await run.result;

  expect(result.code).toBe(20);
  expect(lastEvent(result)).toMatchObject({
    type: 'rollout.rolled_back',
    data: {
      hosts: everywhere('reverted'),
      culprit: { host: 'gamma', agent: 'vision', cause: expect.stringMatching(/503/) as string },
    },
  });
  const events = result.events<Event>();
  expect(steps(events, 'failed', 'reverted')).toEqual([
    'gamma:failed',
    'gamma:reverted',
    'beta:reverted',
    'alpha:reverted',
  ]);
  expect(events.findIndex(isEvent('rollout.rolling_back'))).toBeLessThan(
    events.findIndex(isEvent('rollout.host.reverted')),
  );
  const after = pids(cluster, 'late');
  const kept = HOSTS.map((host) => `${host}/memory.0`);
  expect(kept.map((key) => after[key])).toEqual(kept.map((key) => before[key]));
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  expect(await versions(cluster, 'late')).toEqual(everywhere('1.0.0'));
  clearMark(cluster, 'late', 'gamma');
});

it('leaves nothing running of a first release that fails', async () => {
  const broken = { command: fault('exit-at-once.sh'), hosts: ['gamma'] };
  await cluster.push('1.0.0', tree('new', { vision: web(18031), broken }));
  const result = await cluster.rollout('1.0.0', '--app', 'new');
  expect(result.code).toBe(20);
  expect(lastEvent(result).data).toMatchObject({ from: null, culprit: { host: 'gamma', agent: 'broken' } });
  expect(pids(cluster, 'new')).toEqual({});
  expect(await versions(cluster, 'new')).toEqual(everywhere('none'));
});

const isEvent =
  (wanted: string) =>
  ({ type }: Event): boolean =>
    type === wanted;
