/** Agents that are kept from another release start from that one, whenever they start. */
import { mkdirSync } from 'node:fs';
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Target } from './ports.js';
import { agent, quick, Rig, target } from './testing/rig.js';

/** It never holds. */
const NEVER: Healthcheck = {
  ...{ method: { kind: 'exec', command: ['false'] }, purposes: ['startup'], level: 'basic', critical: true },
  ...{ intervalMs: 1_000, timeoutMs: 20_000, retries: 1, startPeriodMs: 60_000 },
};
const KEPT = { version: '1', digest: 'digest-1' };
const command = ['sh', '-c', 'echo "$OUTRIDER_VERSION in $(basename "$PWD")" && exec sleep 1000'];

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
  for (const version of ['1', '2']) mkdirSync(rig.path(version));
});
afterEach(async () => {
  await rig.end();
  expect(processesOf({ folder: rig.folder })).toEqual([]);
});

const old = (): Target => target(rig.path('1'), '1', quick('vision', { command }), quick('speech', { command }));
/** 2, of it vision 1. */
const mixed = (): Target => ({
  ...target(rig.path('2'), '2', kept, quick('speech', { command, environment: { REV: '2' } })),
  keptTrees: new Map([[KEPT.digest, rig.path('1')]]),
});
const kept = { ...quick('vision', { command }), release: KEPT };

const ready = (name: string, before = 0) =>
  eventually(() => {
    const status = rig.status(name);
    return status?.ready === true && status.pid !== before ? status : null;
  });
const starts = (name: string): string[] => rig.log(name).trim().split('\n');

test('a switch leaves it alone; a crash starts it from its own tree, with its own version', async () => {
  rig.supervisor.setTarget('app', old(), 'steady');
  const [vision, speech] = [await ready('vision'), await ready('speech')];
  rig.supervisor.setTarget('app', mixed(), 'switch');
  await ready('speech', speech.pid);
  expect(rig.status('vision')).toMatchObject({ pid: vision.pid, version: '1' });
  rig.supervisor.setTarget('app', mixed(), 'steady');
  process.kill(vision.pid, 'SIGKILL');
  expect(await ready('vision', vision.pid)).toMatchObject({ version: '1' });
  expect([starts('vision'), starts('speech')]).toEqual([
    ['1 in 1', '1 in 1'],
    ['1 in 1', '2 in 2'],
  ]);
});

test('after a boot it starts from its own tree too, and is of its own version while it waits', async () => {
  const waits = { ...kept, dependsOn: [{ agent: 'speech', condition: 'service_healthy' as const }] };
  const speech = agent('speech', { command: ['sleep', '1000'], healthchecks: [NEVER] });
  rig.supervisor.setTarget('app', { ...mixed(), spec: { ...mixed().spec, agents: [waits, speech] } }, 'steady');
  await eventually(() => (rig.status('vision')?.reason ?? '').startsWith('waits for'));
  expect(rig.status('vision')).toMatchObject({ version: '1', pid: 0 });
  rig.supervisor.setTarget('app', mixed(), 'steady');
  expect(await ready('vision')).toMatchObject({ version: '1' });
  expect(starts('vision')).toEqual(['1 in 1']);
});
