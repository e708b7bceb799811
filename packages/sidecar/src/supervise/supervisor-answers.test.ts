/** What agents answer, and how often: agents of test/agents whose fault is in their answers, as real processes. */
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Rig, agent, target } from './testing/rig.js';

let rig: Rig;
beforeEach(() => (rig = new Rig()));
afterEach(async () => {
  await rig.end();
  expect(processesOf({ folder: rig.folder })).toEqual([]);
});

/** An address of the test's own, which nobody else gets before its agent binds it. */
async function freeAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.85');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `127.0.0.85:${port}`;
}

const OFTEN = {
  purposes: ['readiness'],
  level: 'basic',
  critical: true,
  intervalMs: 50,
  timeoutMs: 20_000,
  retries: 2,
  startPeriodMs: 60_000,
} as const;

function run(file: string, words: readonly string[], check: Healthcheck): void {
  const program = fileURLToPath(new URL(`../../../../test/agents/${file}`, import.meta.url));
  const one = agent('one', { command: [process.execPath, program, ...words], healthchecks: [check] });
  rig.supervisor.setTarget('app', target(rig.folder, '1', one), 'steady');
}

const make = (name: string): void => writeFileSync(rig.path(name), '');
const until = (holds: (status: NonNullable<ReturnType<Rig['status']>>) => boolean) =>
  eventually(() => {
    const status = rig.status('one');
    return status !== undefined && holds(status) ? status : null;
  });
const answers = (): string[] => rig.log('one').split('\n').slice(0, -1);

test('over gRPC: NOT_SERVING is unready and said, SERVING is ready again', async () => {
  const address = await freeAddress();
  run('grpc-health.mjs', [address, rig.path('mark')], { ...OFTEN, method: { kind: 'grpc', address, service: '' } });
  await until(({ ready }) => ready);
  make('mark');
  expect(await until(({ state }) => state === 'unhealthy')).toMatchObject({ reason: 'NOT_SERVING', restarts: 0 });
  rmSync(rig.path('mark'));
  await until(({ ready }) => ready);
});

test('slow answers degrade, are said, and fail nobody', async () => {
  const address = await freeAddress();
  const method = { kind: 'http', url: `http://${address}/`, status: 200 } as const;
  run('slow-answers.mjs', [address, rig.path('mark'), '600'], { ...OFTEN, method, slowMs: 300 });
  await until(({ ready }) => ready);
  make('mark');
  const degraded = await until(({ healthScore }) => healthScore === 0.5);
  expect(degraded).toMatchObject({ state: 'ready', ready: true });
  expect(degraded.reason).toBe('answers slowly, after 300ms or more: HTTP 200: well');
  rmSync(rig.path('mark'));
  await until(({ healthScore, reason }) => healthScore === 1 && reason === '');
  expect(rig.types('one')).toEqual(['agent.starting', 'agent.ready']);
});

test('the first good answer is readiness, and nothing more is asked until the interval is over', async () => {
  const address = await freeAddress();
  const method = { kind: 'http', url: `http://${address}/`, status: 200 } as const;
  run('every-other.mjs', [address, rig.path('mark')], { ...OFTEN, method, intervalMs: 600_000 });
  await until(({ ready }) => ready);
  expect(answers()).toEqual(['200']);
});

test('one that answers every other time does not come and go', async () => {
  const address = await freeAddress();
  const method = { kind: 'http', url: `http://${address}/`, status: 200 } as const;
  run('every-other.mjs', [address, rig.path('mark')], { ...OFTEN, method, retries: 1 });
  await until(({ ready }) => ready);
  make('mark');
  await until(({ state }) => state === 'unhealthy');
  const before = answers().length;
  await eventually(() => answers().length >= before + 10);
  expect(rig.types('one')).toEqual(['agent.starting', 'agent.ready', 'agent.unhealthy']);
  rmSync(rig.path('mark'));
  await until(({ ready }) => ready);
});
