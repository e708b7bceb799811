/** A trial whose leader falls silent: by default the host goes back by itself; by the environment's policy it stays. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import type { CliRun } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { isStep, lastEvent, tree, versions, web } from '../support/rollout-kit.js';

const APP = 'crew';
const CONFIRM_MS = 2_000;
let cluster: Cluster;

async function trialOf(version: string, rev: number, ...words: readonly string[]): Promise<CliRun> {
  await cluster.push(version, tree(APP, { vision: web(18601, rev) }));
  const run = cluster.follow(
    ['rollout', '--version', version, '--yes', '--json', '--confirm-within', `${CONFIRM_MS}ms`, ...words],
    { timeoutMs: 300_000 },
  );
  await run.line(isStep('alpha', 'trial'));
  return run;
}

const app = async () => (await cluster.host('alpha').remote.Status({})).apps.find((one) => one.app === APP)!;

// Each test is several rollouts.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha'], coordinator: { policy: { trial: 'hold' } } });
  await cluster.push('1.0.0', tree(APP, { vision: web(18601, 1) }));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterAll(async () => {
  cluster.coordinator.signal('SIGCONT');
  await cluster.stop();
});

it('by policy stays on trial when the coordinator hangs, says so, and goes on when it is back', async () => {
  const run = await trialOf('2.0.0', 2, '--bake', '20s');
  cluster.coordinator.signal('SIGSTOP');
  const host = cluster.host('alpha');
  const over = await eventually(
    async () => {
      const { problems } = await host.remote.Status({});
      return problems.length > 0 ? problems : null;
    },
    { timeoutMs: 30_000 },
  );
  expect(over).toEqual([
    expect.stringMatching(/^crew 2\.0\.0 is on trial in rollout r\d+, and nobody has confirmed it/),
  ]);
  expect(await app()).toMatchObject({ phase: 'trial', candidate: { version: '2.0.0' }, leaseRemainingMs: 0 });
  const pid = cluster.agents('alpha', 'vision').map((one) => one.pid);
  // A sidecar that is killed meanwhile goes on so.
  await host.daemon.restart();
  await eventually(async () => expect((await host.remote.Status({})).problems).toEqual(over), { timeoutMs: 30_000 });
  expect((await host.cli('status')).stdout).toContain('Problem: crew 2.0.0 is on trial in rollout');
  cluster.coordinator.signal('SIGCONT');
  expect(await run.result).toMatchObject({ code: 0 });
  expect(lastEvent(await run.result).type).toBe('rollout.succeeded');
  expect(await versions(cluster, APP)).toEqual({ alpha: '2.0.0' });
  expect(cluster.agents('alpha', 'vision').map((one) => one.pid)).toEqual(pid);
  expect((await host.remote.Status({})).problems).toEqual([]);
});

it('by policy stays, and goes back where a person on the host says so', async () => {
  const run = await trialOf('3.0.0', 3, '--bake', '1h');
  cluster.coordinator.signal('SIGSTOP');
  await eventually(async () => expect((await app()).leaseRemainingMs).toBe(0), { timeoutMs: 30_000 });
  expect((await app()).phase).toBe('trial');
  expect(await cluster.host('alpha').cli('revert', '--reason', 'no good')).toMatchObject({ code: 0 });
  expect(await app()).toMatchObject({ active: { version: '2.0.0' }, candidate: null });
  cluster.coordinator.signal('SIGCONT');
  expect(await run.result).toMatchObject({ code: 20 });
});

it('without the policy, with --commit each as well, goes back by itself when its leader hangs', async () => {
  const changed = cluster.host('alpha');
  await cluster.coordinator.kill();
  cluster.coordinator.start({ OUTRIDER_COORDINATOR__POLICY__TRIAL: 'revert' });
  await cluster.ready();
  for (const [version, rev, commit] of [
    ['4.0.0', 4, 'together'],
    ['5.0.0', 5, 'each'],
  ] as const) {
    const run = await trialOf(version, rev, '--bake', '1h', '--commit', commit);
    cluster.coordinator.signal('SIGSTOP');
    await eventually(
      async () => {
        const now = await app();
        return now.candidate === null && now.phase !== 'reverting' && now.converged;
      },
      { timeoutMs: 30_000 },
    );
    expect(await app()).toMatchObject({
      outcome: { reason: `the trial was not confirmed within ${CONFIRM_MS / 1000} s` },
    });
    expect(cluster.agents('alpha', 'vision').map((one) => one.version)).toEqual(['2.0.0']);
    cluster.coordinator.signal('SIGCONT');
    expect(await run.result).toMatchObject({ code: 20 });
  }
  expect((await changed.remote.Status({})).problems).toEqual([]);
});
