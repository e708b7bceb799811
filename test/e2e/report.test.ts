/** Delivery figures: of a rollout that succeeds, one that goes back and one that somebody takes back. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.js';
import { tree, web } from '../support/rollout-kit.js';

const APP = 'told';
const PORT = 18421;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'] });
});
afterAll(() => cluster.stop());

interface Report {
  readonly environment: string;
  readonly days: number;
  readonly apps: readonly { readonly app: string }[];
  readonly total: object;
}

const report = async (...words: readonly string[]): Promise<Report> => {
  const result = await cluster.cli('report', '--json', ...words);
  expect([result.code, result.stderr]).toEqual([0, '']);
  return result.json<Report>();
};
const http = async (path: string): Promise<string> =>
  (await fetch(`http://${cluster.layout.network}.1:7777${path}`)).text();

it('before any rollout it says so', async () => {
  expect(await report()).toMatchObject({ days: 30, apps: [], total: { success_rate: null, recovery_seconds: null } });
  const { code, stdout } = await cluster.cli('report', '--since', '7d');
  expect([code, stdout.trim().split('\n').at(-1)]).toEqual([0, 'No rollout ended in this time.']);
});

it('a success, a way back by itself, and a rollback', async () => {
  await cluster.push('1.0.0', tree(APP, { vision: web(PORT, 1) }));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
  await cluster.push('2.0.0', tree(APP, { vision: web(PORT, 2, { command: ['sh', '-c', 'exit 3'] }) }));
  expect((await cluster.rollout('2.0.0')).code).toBe(20);
  expect(await report()).toMatchObject({
    apps: [
      {
        app: APP,
        deployments: { total: 2, succeeded: 1, rolled_back: 1, taken_back: 0 },
        ...{ success_rate: 0.5, rollback_rate: 0.5, recovery_seconds: { count: 1 }, unrecovered: 0 },
      },
    ],
  });

  await cluster.push('3.0.0', tree(APP, { vision: web(PORT, 3) }));
  expect((await cluster.rollout('3.0.0')).code).toBe(0);
  expect((await cluster.cli('rollback', '--yes')).code).toBe(0);
  const after = await report('--app', APP, '--since', '90m');
  expect(after).toMatchObject({
    apps: [
      {
        deployments: { total: 3, succeeded: 2, rolled_back: 1, taken_back: 1 },
        ...{ rollbacks: 1, frequency_per_day: 32, recovery_seconds: { count: 2 }, duration_seconds: { count: 2 } },
      },
    ],
  });
  expect((await report('--app', 'other')).apps).toEqual([]);
});

it('the same for people, by HTTP and as metrics, also from a coordinator that was just started', async () => {
  const { stdout } = await cluster.cli('report');
  expect(stdout).toMatch(/^APP +DEPLOYMENTS/m);
  expect(stdout).toMatch(new RegExp(`^${APP} +3 \\(2 good, 1 rolled back, 1 asked back\\) .* 66\\.7 %`, 'm'));
  await cluster.coordinator.kill();
  cluster.coordinator.start();
  await cluster.ready();
  const { apps, total } = await report();
  expect(JSON.parse(await http('/report'))).toMatchObject({ apps, total });
  const metrics = await http('/metrics');
  const labels = `environment="${(await report()).environment}",app="${APP}",window="7d"`;
  expect(metrics).toContain(`outrider_delivery_deployments{${labels},result="succeeded"} 2`);
  expect(metrics).toContain(`outrider_delivery_success_ratio{${labels}} 0.6666666666666666`);
  expect(metrics).toMatch(new RegExp(`outrider_delivery_recovery_median_seconds\\{${labels}\\} [0-9.]+`));
});

it.each([
  ['--since', 'soon'],
  ['--since', '5'],
  ['--since', '500d'],
  ['--app', '../x'],
])('%s %s is refused in one sentence', async (...words) => {
  const { code, stderr } = await cluster.cli('report', ...words);
  expect(code).toBe(2);
  expect(stderr).toMatch(/Expected (is|are) /);
});
