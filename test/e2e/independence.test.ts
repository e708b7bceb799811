/** One that will not stop, one whose probe hangs, two that flood: nobody else waits for any of them. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import type { CliRun } from '../support/cli-run.js';
import { Here } from '../support/here.js';
import { OneHost } from '../support/one-host.js';
import { FAULTS } from '../support/release-tree.js';
import { WITH_ZEROMQ } from '../support/talkative.js';

let one: OneHost;
let here: Here;
/** What only the end of these tests lets end. */
const pending: CliRun[] = [];
const begin = (...words: string[]): void => void pending.push(here.start([...words, '--json']));
const states = async (...agents: string[]): Promise<Record<string, string>> => {
  const { instances } = (await here.must('status', '--json')).json<{ readonly instances: readonly InstanceStatus[] }>();
  const wanted = instances.filter(({ agent }) => agents.includes(agent));
  return Object.fromEntries(wanted.map(({ agent, state }) => [agent, state]));
};
const UNDER_WAY = { deaf: 'draining', slow: 'draining', waiting: 'starting' };
const underWay = (): Promise<Record<string, string>> => states('deaf', 'slow', 'waiting');

const fault = (file: string, ...words: string[]): string[] => [process.execPath, join(FAULTS, file), ...words];
/** As fast as it can, but no more than a disk has room for. */
const FLOOD = `sh ${join(FAULTS, 'flood-log.sh')} | head -c 200000000; exec sleep 3600`;

beforeAll(async () => {
  one = await OneHost.start({ sidecar: { max_starting: 1 } });
  here = new Here(one.cluster);
  for (const mark of ['open', 'well']) writeFileSync(one.mark(mark), '');
  const hanging = `${one.host.address}:8300`;
  await one.run('crowd', {
    deaf: { command: fault('ignore-sigterm.mjs'), stop_grace_period: '1h' },
    slow: { command: fault('slow-stop.mjs', '3600'), stop_grace_period: '1h' },
    hanging: {
      command: fault('hang-connections.mjs', hanging),
      healthcheck: { http: { url: `http://${hanging}/` }, timeout: '1h', critical: false },
    },
    waiting: {
      command: ['sleep', '3600'],
      healthcheck: { exec: ['test', '-e', one.mark('open')], for: 'startup', start_period: '1h' },
    },
    loud: { command: ['sh', '-c', FLOOD] },
    talkative: { command: fault('flood-bus.cjs'), environment: WITH_ZEROMQ },
    other: { command: ['sleep', '3600'], healthcheck: { exec: ['true'], for: 'startup' } },
    sick: {
      command: ['sh', '-c', `test -e ${one.mark('well')} || exit 7; exec sleep 3600`],
      healthcheck: { exec: ['true'], for: 'startup' },
    },
  });
  await one.leaveAlone();
});
afterAll(async () => {
  writeFileSync(one.mark('open'), '');
  for (const name of ['deaf', 'slow']) for (const pid of one.alive(name)) process.kill(pid, 'SIGKILL');
  await Promise.all(pending.map(({ result }) => result));
  await one.stop();
});
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(one.cluster.lastWords())));

it('commands for others are done while two stops, a start and a probe do not end, and two agents flood', async () => {
  rmSync(one.mark('open'));
  begin('stop', 'deaf', 'slow');
  begin('restart', 'waiting');
  await eventually(async () => expect(await underWay()).toEqual(UNDER_WAY));
  const before = await one.instance('other');
  expect((await here.must('stop', 'other')).stdout).toMatch(/other\.0 +exited/);
  expect((await here.must('start', 'other')).stdout).toMatch(/other\.0 +ready/);
  expect((await here.must('restart', 'other')).stdout).toMatch(/other\.0 +ready/);
  expect((await here.must('restart', 'hanging', 'loud', 'talkative')).stdout).toMatch(/(.* ready .*\n){3}$/);
  expect((await here.must('logs', 'loud', '-n', '2')).stdout).toContain('loud.0 | this line says nothing, and says');
  const after = await one.instance('other');
  expect(after.pid).not.toBe(before.pid);
  expect(await underWay()).toEqual(UNDER_WAY);
});

it('what crashes is seen and started again at once meanwhile', async () => {
  const { pid, restarts } = await one.instance('other');
  process.kill(pid, 'SIGKILL');
  await eventually(async () => expect((await one.instance('other')).restarts).toBe(restarts + 1));
  await one.inState('other', 'ready');
  expect(await underWay()).toEqual(UNDER_WAY);
});

it('a start that a person asks for waits for no backoff, and what counted against the agent is forgotten', async () => {
  const { pid } = await one.instance('sick');
  rmSync(one.mark('well'));
  process.kill(pid, 'SIGKILL');
  await eventually(() => expect(one.told('sick').filter((type) => type === 'agent.backoff').length).toBeGreaterThan(3));
  await one.inState('sick', 'backoff');
  writeFileSync(one.mark('well'), '');
  expect((await here.must('start', 'sick')).stdout).toMatch(/sick\.0 +ready/);
  const told = one.told('sick').length;
  process.kill((await one.instance('sick')).pid, 'SIGKILL');
  await eventually(() => expect(one.told('sick').slice(told)).toContain('agent.ready'));
  expect(one.told('sick').slice(told)).not.toContain('agent.backoff');
  expect(await underWay()).toEqual(UNDER_WAY);
});
