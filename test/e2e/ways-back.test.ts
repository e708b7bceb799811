/** Rollbacks of a fleet that is mixed, or back in part already: who goes where, as it is planned, told and done. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.js';
import { type Event, lastEvent, tree, versions, web } from '../support/rollout-kit.js';

const HOSTS = ['alpha', 'beta', 'gamma'];
const APP = 'shop';
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ hosts: HOSTS });
  for (const [index, version] of ['1.0.0', '2.0.0', '3.0.0'].entries()) {
    await cluster.push(version, tree(APP, { vision: web(18611, index + 1) }));
  }
  await brought('1.0.0');
  await brought('2.0.0');
});
afterAll(() => cluster.stop());

const all = (version: string): Record<string, string> => Object.fromEntries(HOSTS.map((host) => [host, version]));
const back = (...words: readonly string[]) => cluster.cli('rollback', ...words);
const texts = (run: { readonly stdout: string; readonly stderr: string }): string => run.stdout + run.stderr;

async function brought(version: string, ...words: readonly string[]): Promise<void> {
  const done = await cluster.rollout(version, '--strategy', 'all-at-once', '--bake', '100ms', ...words);
  expect([done.code, done.stderr]).toEqual([0, '']);
}

it('is planned beforehand: all at once is one wave, and each host goes to its own version', async () => {
  expect((await back('--to', '2.0.0', '--plan')).code).toBe(0);
  await brought('3.0.0', '--hosts', 'gamma');
  const plan = await back('--plan', '--json');
  expect(plan.code).toBe(10);
  expect(plan.json()).toMatchObject({ version: '1.0.0', strategy: 'immediate' });
  const { hosts } = plan.json<{ hosts: { host: string; wave: number; from: string; to?: string }[] }>();
  expect(hosts.map(({ host, wave, from, to }) => [host, wave, from, to]).sort()).toEqual([
    ['alpha', 1, '2.0.0', undefined],
    ['beta', 1, '2.0.0', undefined],
    ['gamma', 1, '3.0.0', '2.0.0'],
  ]);
  const shown = await back('--plan', '--strategy', 'graceful');
  expect([shown.code, shown.stderr]).toEqual([10, '']);
  expect(shown.stdout).toMatch(/^gamma: 3\.0\.0 -> 2\.0\.0 \(wave \d\)$/m);
  expect(shown.stdout).toMatch(/\(wave 3\)/);
  expect(await versions(cluster, APP)).toEqual({ ...all('2.0.0'), gamma: '3.0.0' });
});

it('tells the version that each host goes to, in events, in the last one and in the sentence', async () => {
  const done = await back('--json');
  expect(done.code).toBe(0);
  const told = done.events<Event & { readonly version: string }>();
  const committed = told.filter(({ type }) => type === 'rollout.host.committed');
  expect(Object.fromEntries(committed.map(({ host = '', version }) => [host, version]))).toEqual({
    ...all('1.0.0'),
    gamma: '2.0.0',
  });
  expect(lastEvent(done).data).toMatchObject({ to: '1.0.0', versions: { gamma: '2.0.0' } });
  const status = await cluster.cli('rollout', 'status');
  expect(status.stdout).toMatch(/^Rollback of shop to 1\.0\.0 \(gamma: 2\.0\.0\) \(r\d+\) succeeded on /m);
  expect(await versions(cluster, APP)).toEqual({ ...all('1.0.0'), gamma: '2.0.0' });
});

it('leaves hosts that are back already, names them, and takes the others along', async () => {
  await brought('3.0.0');
  expect((await back('--hosts', 'beta', '--strategy', 'selective')).code).toBe(0);
  const others = await back();
  expect([others.code, others.stderr]).toEqual([0, '']);
  expect(others.stdout).toMatch(/^Notice: beta was brought away from 3\.0\.0 by rollback r\d+/m);
  expect(await versions(cluster, APP)).toEqual({ ...all('1.0.0'), gamma: '2.0.0' });

  const again = await back();
  expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^Everything is as asked already\./)]);
  const named = await back('--hosts', 'beta');
  expect([named.code, named.stderr]).toEqual([4, expect.stringMatching(/^Error: beta was brought away from 3\.0\.0/)]);
  const emergency = await cluster.cli('emergency', '--yes');
  expect([emergency.code, texts(emergency)]).toEqual([0, expect.stringContaining('Everything is back already.')]);
  expect(await versions(cluster, APP)).toEqual({ ...all('1.0.0'), gamma: '2.0.0' });
});

it('an emergency goes on with the hosts that a selective rollback has left', async () => {
  await brought('2.0.0');
  await brought('3.0.0');
  expect((await back('--hosts', 'alpha')).code).toBe(0);
  const done = await cluster.cli('emergency', '--yes');
  expect([done.code, done.stderr]).toEqual([0, expect.stringMatching(/shop: alpha was brought away from 3\.0\.0/)]);
  expect(await versions(cluster, APP)).toEqual(all('2.0.0'));
});

it('a release that has failed before is told of in the plan', async () => {
  await cluster.push('4.0.0', tree(APP, { vision: { ...web(18611, 4), command: ['false'] } }));
  expect((await cluster.rollout('4.0.0')).code).toBe(20);
  const plan = await cluster.cli('rollout', '--version', '4.0.0', '--plan');
  expect(plan.stdout).toMatch(/^Notice: 4\.0\.0 has failed before, in r\d+ \(20\S+Z\): \S/m);
  const fresh = await cluster.cli('rollout', '--version', '3.0.0', '--plan');
  expect(fresh.stdout).not.toContain('failed before');
});

it('while a rollout runs it offers what a rollback has: to look on, to abort, or an emergency', async () => {
  const run = cluster.follow(['rollout', '--version', '3.0.0', '--json', '--bake', '1h']);
  await run.line((line) => line.includes('"type":"rollout.host.trial"'));
  const refused = await back();
  expect(refused.code).toBe(4);
  expect(refused.stderr).toMatch(
    /rollout abort r\d+", or bring everything back at once with "coordinator emergency"\./,
  );
  expect(refused.stderr).not.toContain('--supersede');
  expect((await cluster.cli('rollout', 'abort')).code).toBe(0);
  expect((await run.result).code).toBe(21);
});
