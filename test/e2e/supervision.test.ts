/** One sidecar and its agents: order, restarts, crash loops, stops, logs, and a sidecar that comes and goes. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { OneHost } from '../support/one-host.js';
import { FAULTS } from '../support/release-tree.js';
import { BEATER, WITH_ZEROMQ } from '../support/talkative.js';

const LINES = Array.from({ length: 500 }, (_, index) => `line ${index + 1}`);
let one: OneHost;

const fault = (file: string, ...words: string[]): string[] => [
  file.endsWith('.sh') ? 'sh' : process.execPath,
  join(FAULTS, file),
  ...words,
];
/** Tells when it starts and when it is asked whether it has. */
const inOrder = (name: string, ...depends: string[]) => ({
  command: ['sh', '-c', `echo start ${name} >> ${one.mark('order')}; exec sleep 3600`],
  healthcheck: { exec: ['sh', '-c', `echo ready ${name} >> ${one.mark('order')}`], for: 'startup', timeout: '60s' },
  depends_on: depends,
});

beforeAll(async () => {
  one = await OneHost.start();
  writeFileSync(one.mark('well'), '');
  await one.run('crew', {
    top: inOrder('top', 'middle'),
    middle: inOrder('middle', 'base'),
    base: inOrder('base'),
    again: { command: ['sh', '-c', `test -e ${one.mark('well')} || { echo not well; exit 7; }; exec sleep 3600`] },
    stubborn: { command: fault('ignore-sigterm.mjs'), stop_grace_period: '100ms' },
    family: { command: fault('fork-grandchildren.sh'), stop_grace_period: '100ms' },
    writer: {
      command: ['sh', '-c', 'i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo "line $i"; done; exec sleep 3600'],
    },
    beating: {
      command: [process.execPath, '-e', BEATER, one.mark('none')],
      environment: WITH_ZEROMQ,
      healthcheck: { heartbeat: { within: '60s' } },
    },
    lasting: { command: ['sleep', '3600'], replicas: 3, healthcheck: { exec: ['true'] } },
  });
});
afterAll(() => one.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(one.cluster.lastWords())));

it('agents start in the order of what they depend on, each ready before the next begins', () => {
  const lines = readFileSync(one.mark('order'), 'utf8').trim().split('\n');
  expect(lines).toEqual(['base', 'middle', 'top'].flatMap((name) => [`start ${name}`, `ready ${name}`]));
});

it('an agent that ends is started again at once, then later and later, until a start lasts', async () => {
  const first = await one.instance('again');
  rmSync(one.mark('well'));
  process.kill(first.pid, 'SIGKILL');
  await eventually(async () => expect((await one.instance('again')).restarts).toBeGreaterThanOrEqual(4));
  writeFileSync(one.mark('well'), '');
  const now = await one.inState('again', 'ready');
  expect(now.incarnation).not.toBe(first.incarnation);
  const delays = one.heard
    .filter((event) => event.agent === 'again' && event.type === 'agent.backoff')
    .map(({ data }) => Number(data?.['delay_ms']));
  expect(delays.length).toBeGreaterThanOrEqual(2);
  // 100 ms, doubled each time, a tenth more or less.
  for (const [index, delay] of delays.entries()) {
    expect(delay).toBeGreaterThanOrEqual(90 * 2 ** index - 1);
    expect(delay).toBeLessThanOrEqual(110 * 2 ** index + 1);
  }
  expect(await one.metric('outrider_agent_exits_total', 'agent="again"', 'cause="exit_7"')).toBeGreaterThanOrEqual(3);
  expect(await one.metric('outrider_agent_exits_total', 'agent="again"', 'cause="SIGKILL"')).toBe(1);
  expect(await one.metric('outrider_agent_restart_seconds_count', 'agent="again"')).toBeGreaterThanOrEqual(4);
});

it('a start that a person asks for forgets what was: the next end is followed at once again', async () => {
  expect((await one.host.cli('restart', 'again')).code).toBe(0);
  const { pid } = await one.inState('again', 'ready');
  const before = one.told('again').length;
  process.kill(pid, 'SIGKILL');
  await eventually(async () => expect((await one.inState('again', 'ready')).pid).not.toBe(pid));
  await eventually(() => expect(one.told('again').slice(before)).toContain('agent.ready'));
  expect(one.told('again').slice(before)).not.toContain('agent.backoff');
});

it('a version that crashes again and again has failed, and is taken back with the cause named', async () => {
  await one.run('loop', { fine: { command: ['sleep', '3600'], healthcheck: { exec: ['true'] } } });
  await one.run('loop', { loop: { command: fault('exit-at-once.sh', '3') } }, 20);
  const { apps, instances } = await one.host.remote.Status({});
  const culprit = apps.find(({ app }) => app === 'loop')?.outcome?.culprit;
  expect(culprit).toMatchObject({ host: 'pc2', agent: 'loop' });
  expect(culprit?.cause).toMatch(/exited with code 3 three times before it was ready/);
  expect(culprit?.log).toContain('giving up at once');
  const left = instances.filter(({ app }) => app === 'loop').map(({ agent, ready }) => [agent, ready]);
  expect(left).toEqual([['fine', true]]);
  await eventually(() => expect(one.told('loop')).toContain('agent.failed'));
});

it('agents that will not stop are killed, with all that they have started', async () => {
  await eventually(() => expect(one.alive('family')).toHaveLength(5));
  await eventually(() => expect(one.logOf('stubborn')).toContain('here to stay'));
  expect((await one.host.cli('stop', 'stubborn', 'family')).code).toBe(0);
  expect([...one.alive('stubborn'), ...one.alive('family')]).toEqual([]);
  expect(one.logOf('stubborn')).toContain('SIGTERM: no');
  const stopped = await one.instance('stubborn');
  expect([stopped.state, stopped.pid]).toEqual(['exited', 0]);
  expect((await one.host.cli('start', 'stubborn')).code).toBe(0);
  await one.inState('stubborn', 'ready');
});

it('no line that agents write is lost, whoever dies', async () => {
  await eventually(() => expect(one.logOf('writer')).toContain('line 500\n'));
  const { pid } = await one.instance('writer');
  await one.host.daemon.kill();
  process.kill(pid, 'SIGKILL');
  one.host.daemon.start();
  await eventually(() => expect(one.logOf('writer').match(/line 500\n/g)).toHaveLength(2));
  const lines = one.logOf('writer').trim().split('\n');
  expect(lines.filter((line) => line.startsWith('line '))).toEqual([...LINES, ...LINES]);
  await eventually(async () => expect((await one.host.cli('logs', 'writer', '-n', '3')).stdout).toContain('line 500'));
});

it('a sidecar that is asked to end leaves its agents running, and the next one takes them over', async () => {
  const shown = async (): Promise<string[]> =>
    (await one.host.remote.Status({}, { timeoutMs: 5_000 })).instances
      .filter(({ agent }) => agent === 'lasting' || agent === 'beating')
      .map(({ agent, instance, incarnation, pid, restarts, ready }) =>
        [agent, instance, incarnation, pid, restarts, ready].join(' '),
      )
      .sort();
  const before = await shown();
  expect(before).toHaveLength(4);
  await one.host.daemon.stop();
  expect(one.alive('lasting')).toHaveLength(3);
  one.host.daemon.start();
  await eventually(async () => expect(await shown()).toEqual(before));
  // Whoever listens on 5556 has to connect again and may miss the first words; the history has them.
  const pid = one.host.daemon.pid;
  await eventually(async () => {
    const { sidecar } = await one.host.remote.Status({}, { timeoutMs: 5_000 });
    expect(sidecar?.pid).toBe(pid);
    const history = await one.cluster.cli('events', '-n', '200', '--json');
    const adopted = history.events<OutriderEvent>().filter(({ type }) => type === 'agent.adopted');
    expect(adopted.map(({ agent }) => agent)).toEqual(expect.arrayContaining(['lasting', 'beating']));
  });
  // It hears them again too.
  await eventually(async () =>
    expect(await one.metric('outrider_heartbeat_age_seconds', 'agent="beating"')).toBeLessThan(60),
  );
  expect(await shown()).toEqual(before);
});
