/** How a sidecar ends: alone, as a rule; with its agents where the machine goes down or its settings say so. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { Here } from '../support/here.js';
import { OneHost } from '../support/one-host.js';

let one: OneHost;
let here: Here;
/** Has a `systemctl` that says of the system what the file `state` says. */
let bin: string;

const noting = (name: string, ...depends: string[]) => ({
  command: ['sh', '-c', `trap 'echo stop ${name} >> ${one.mark('order')}; exit 0' TERM; while :; do sleep 0.02; done`],
  healthcheck: { exec: ['true'], for: 'startup', timeout: '60s' },
  depends_on: depends,
});
const order = (): string[] => readFileSync(one.mark('order'), 'utf8').trim().split('\n');
const system = (state: string): void => writeFileSync(join(bin, 'state'), `${state}\n`);
const status = async (): Promise<HostStatus> => (await here.must('status', '--json')).json<HostStatus>();
const ready = (): Promise<HostStatus['instances']> =>
  eventually(async () => {
    const { instances } = await status();
    expect(instances.map(({ ready: isReady }) => isReady)).toEqual([true, true, true]);
    return instances;
  });
const running = (): string[] => [...new Set(one.cluster.agents('pc2').map(({ agent }) => agent))].sort();

beforeAll(async () => {
  bin = mkdtempSync(join(tmpdir(), 'outrider-bin-'));
  mkdirSync(join(bin, 'bin'));
  writeFileSync(join(bin, 'bin/systemctl'), `#!/bin/sh\n[ "$*" = is-system-running ] && cat ${bin}/state\nexit 1\n`);
  chmodSync(join(bin, 'bin/systemctl'), 0o755);
  system('running');
  one = await OneHost.start({ env: { PATH: `${bin}/bin:${process.env['PATH'] ?? ''}` } });
  here = new Here(one.cluster);
  await one.run('crew', { top: noting('top', 'middle'), middle: noting('middle', 'base'), base: noting('base') });
  await one.leaveAlone();
});
afterAll(async () => {
  await one.stop();
  rmSync(bin, { recursive: true });
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(one.cluster.lastWords())));

it('agents run on where only the sidecar is asked to end', async () => {
  const before = await ready();
  await one.host.daemon.stop();
  expect(running()).toEqual(['base', 'middle', 'top']);
  one.host.daemon.start();
  expect((await ready()).map(({ incarnation }) => incarnation)).toEqual(before.map(({ incarnation }) => incarnation));
});

it('agents end first, in reverse dependency order, where the machine goes down; the next sidecar starts them again', async () => {
  system('stopping');
  await one.host.daemon.stop();
  expect(running()).toEqual([]);
  expect(order()).toEqual(['stop top', 'stop middle', 'stop base']);
  expect(one.host.daemon.lastWords()).toContain('"reason":"the machine goes down"');
  system('running');
  one.host.daemon.start();
  expect((await ready()).map(({ restarts, reason }) => [restarts, reason])).toEqual([0, 0, 0].map(() => [0, '']));
});

it('agents end with the sidecar wherever the settings say so', async () => {
  await one.host.daemon.stop();
  rmSync(one.mark('order'), { force: true });
  one.host.daemon.start({ OUTRIDER_SIDECAR__DRAIN__ON_STOP: 'true' });
  await ready();
  await one.host.daemon.stop();
  expect(running()).toEqual([]);
  expect(order()).toEqual(['stop top', 'stop middle', 'stop base']);
  one.host.daemon.start();
  await ready();
});
