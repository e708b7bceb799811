/** Old and new on one socket: a good swap loses no request, and a broken new one never hides behind the old. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { Load } from '../support/load.js';
import { asked, fault, lastEvent, pids, tree, versions } from '../support/rollout-kit.js';

const PORT = 18301;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha'] });
});
afterAll(() => cluster.stop());

const serving = (...[program, ...words]: [string, ...string[]]) => ({
  command: fault(program, ...words),
  sockets: [{ name: 'http', listen: `\${OUTRIDER_HOST_ADDRESS}:${PORT}` }],
  healthcheck: asked(PORT),
  stop_grace_period: '5s',
});
const good = serving('shared-socket.mjs', '200');
/** Given up soon. */
const broken = (...words: [string, ...string[]]) => ({
  ...serving(...words),
  healthcheck: asked(PORT, { start_period: '1500ms', timeout: '500ms' }),
});
const release = (version: string, agent: object, code: string) =>
  cluster.push(version, { ...tree('web', { page: agent }), files: { 'page.txt': code } });

const load = () => new Load({ host: cluster.host('alpha').address, port: PORT });

beforeEach(async () => {
  await release('1.0.0', good, 'one');
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});

it.each([
  ['that answers with errors', '2.0.0', broken('shared-socket.mjs', '500'), /within 1\.5/],
  ['that never accepts', '2.0.1', broken('shared-socket-deaf.mjs'), /within 1\.5/],
])('a broken version %s is not taken for ready, and the old one goes on', async (_what, version, agent, cause) => {
  const before = pids(cluster, 'web');
  const callers = load();
  await release(version, agent, version);
  const result = await cluster.rollout(version);
  await callers.more(20);
  await callers.end();
  expect(result.code).toBe(20);
  expect(lastEvent(result).data).toMatchObject({
    culprit: { host: 'alpha', agent: 'page', cause: expect.stringMatching(cause) as string },
  });
  expect(result.stdout).not.toContain('rollout.host.trial');
  expect(pids(cluster, 'web')).toEqual(before);
  expect(await versions(cluster, 'web')).toEqual({ alpha: '1.0.0' });
  // Whatever the old one accepted was answered well; only the broken one itself has failed anybody.
  expect(callers.of('1.0.0').filter(({ status }) => status !== 200)).toEqual([]);
  expect(callers.answers.filter(({ status }) => status === 0)).toEqual([]);
});

it('a good version takes over without a failed request', async () => {
  const before = pids(cluster, 'web');
  const callers = load();
  await callers.more(20);
  await release('3.0.0', good, 'three');
  expect((await cluster.rollout('3.0.0')).code).toBe(0);
  await eventually(() => callers.of('3.0.0').length > 20);
  await callers.end();
  expect(callers.failed).toEqual([]);
  expect(callers.of('1.0.0').length).toBeGreaterThan(0);
  expect(pids(cluster, 'web')['alpha/page.0']).not.toBe(before['alpha/page.0']);
});
