/** The commands of a host that has nobody else: no coordinator, no Redis, no token, no port that they need. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { BINS, cleanEnvironment } from '../support/cluster-layout.js';
import { Here } from '../support/here.js';
import { OneHost } from '../support/one-host.js';
import { FAULTS } from '../support/release-tree.js';

/** Nobody's, as far as this machine knows: a group for the socket, and users with and without it. */
const GROUP = 64_123;
const STRANGER = 64_124;
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('test/e2e/control.test.ts leaves out what other users may do: only root can be another user.');

let one: OneHost;
let here: Here;

/** Notes when it starts and stops. */
const noting = (name: string, ...depends: string[]) => ({
  command: [
    'sh',
    '-c',
    `trap 'echo stop ${name} >> ${one.mark('order')}; exit 0' TERM
     echo start ${name} >> ${one.mark('order')}; while :; do sleep 0.02; done`,
  ],
  healthcheck: { exec: ['grep', '-q', `start ${name}`, one.mark('order')], for: 'startup', timeout: '60s' },
  depends_on: depends,
});
const order = (): string[] => readFileSync(one.mark('order'), 'utf8').trim().split('\n');
const socketPath = (): string => one.mark('pc2/run/sidecar.sock');
const status = async (): Promise<HostStatus> => (await here.must('status', '--json')).json<HostStatus>();
const states = async (): Promise<string[]> =>
  (await status()).instances.map(({ agent, state }) => `${agent} ${state}`).sort();

beforeAll(async () => {
  one = await OneHost.start({ sidecar: { control: { group: String(GROUP) } } });
  here = new Here(one.cluster);
  const agents = { top: noting('top', 'middle'), middle: noting('middle', 'base'), base: noting('base') };
  await one.run('crew', agents);
  const slow = { command: [process.execPath, join(FAULTS, 'ignore-sigterm.mjs')], stop_grace_period: '1h' };
  await one.cluster.push('2.0.0', { app: 'crew', agents: { ...agents, slow } });
  // On trial for as long as somebody confirms it; nobody will any more.
  const words = ['--app', 'crew', '--version', '2.0.0', '--bake', '10m', '--confirm-within', '1h', '--detach'];
  const { code, stderr } = await one.cluster.cli('rollout', ...words, '--yes');
  expect([code, stderr]).toEqual([0, expect.anything()]);
  await eventually(async () => expect((await status()).apps[0]).toMatchObject({ phase: 'trial', converged: true }));
  await one.leaveAlone();
});
afterAll(() => one.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(one.cluster.lastWords())));

/** What each uses is looked at again in between. */
const unmeasured = (instances: HostStatus['instances']): object[] =>
  instances.map(({ memoryBytes: _then, ...instance }) => instance);

it('says what runs here, to people and to programs, the same as by gRPC', async () => {
  const text = await here.must('status');
  expect(text.stdout).toMatch(
    /^pc2 \(127\.\d+\.\d+\.11, local\): healthy\ncrew 1\.0\.1 {2}-> 2\.0\.0 {2}trial\n {2}digest [0-9a-f]{12}, with settings [0-9a-f]{12}\n\nAGENT/,
  );
  const [own, remote] = await Promise.all([status(), one.host.cli('status', '--json')]);
  const { system: _own, apps, problems: _none, instances, ...rest } = own;
  const { system: _remote, apps: theirs, problems: _nothing, ...others } = remote.json<HostStatus>();
  expect({ ...rest, instances: unmeasured(instances) }).toEqual({ ...others, instances: unmeasured(others.instances) });
  // The time that is left of the trial is never the same twice.
  const steady = (all: HostStatus['apps']): object[] => all.map((app) => ({ ...app, leaseRemainingMs: 0 }));
  expect(steady(apps)).toEqual(steady(theirs));
  // Where nothing is to be looked for, another way leads to the same words.
  expect((await here.must('status', '--socket', socketPath())).stdout).toBe(text.stdout);
  const quick = (await here.must('status', '--json', '--socket', socketPath())).json<HostStatus>();
  expect(unmeasured(quick.instances)).toEqual(unmeasured(own.instances));
  expect((await here.must('logs', 'slow')).stdout).toBe('slow.0 | here to stay\n');
  expect((await here.run('status', '--environment', 'production')).code).toBe(4);
});

it('follows what an agent prints, as it prints it', async () => {
  const { pid } = await one.instance('slow');
  const following = here.start(['logs', 'slow', '-f', '--json']);
  await following.line((line) => line.includes('here to stay'));
  process.kill(pid, 'SIGTERM');
  expect(JSON.parse(await following.line((line) => line.includes('SIGTERM')))).toMatchObject({
    host: 'pc2',
    agent: 'slow',
    instance: 0,
    line: 'SIGTERM: no',
  });
  following.kill('SIGKILL');
  await following.result;
});

it('Ctrl-C stops the waiting and not what was asked for; whoever asks again waits for the same', async () => {
  const first = here.start(['stop', 'slow']);
  const { pid } = await one.inState('slow', 'draining');
  first.kill('SIGINT');
  expect(await first.result).toMatchObject({
    code: 130,
    stdout: '',
    stderr: 'The sidecar goes on to stop what it was asked to. `sidecar status` shows where it stands.\n',
  });
  expect(await here.run('stop', 'slow', '--timeout', '10ms')).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(/^Error: It was not done in time\. The sidecar goes on/) as string,
  });
  const second = here.start(['stop', 'slow', '--json']);
  const third = here.start(['restart', 'base']);
  expect((await third.result).code).toBe(0);
  expect((await one.instance('slow')).state).toBe('draining');
  process.kill(pid, 'SIGKILL');
  const [stopped] = (await second.result).json<InstanceStatus[]>();
  expect(stopped).toMatchObject({ agent: 'slow', state: 'exited', pid: 0 });
});

it('shows on a terminal what it waits for, and at the end what has become of it', async () => {
  await here.must('start', 'slow');
  const { pid } = await one.inState('slow', 'ready');
  const words = [process.execPath, BINS.sidecar, 'stop', 'slow'].join(' ');
  const env = { ...cleanEnvironment(one.cluster.layout), TERM: 'xterm' };
  const terminal = spawn('script', ['-qec', words, '/dev/null'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  let shown = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  const ended = once(terminal, 'close');
  await eventually(() => expect(shown).toContain('Waiting for slow.0 (draining) ...'));
  process.kill(pid, 'SIGKILL');
  expect((await ended)[0]).toBe(0);
  expect(shown).toMatch(/AGENT .*\r\nslow\.0 +exited/);
});

it('goes back by itself from a trial that nobody ends', async () => {
  const { code, stdout } = await here.run('revert', '--reason', 'no good');
  expect([code, stdout]).toEqual([0, 'crew: back on 1.0.1.\n']);
  expect((await here.must('revert')).stdout).toMatch(/^Nothing is being switched/);
  expect(await states()).toEqual(['base ready', 'middle ready', 'top ready']);
});

it('stops all in reverse dependency order and starts all in dependency order, and twice is the same as once', async () => {
  writeFileSync(one.mark('order'), '');
  await here.must('stop', '--all');
  expect(order()).toEqual(['stop top', 'stop middle', 'stop base']);
  expect(await states()).toEqual(['base exited', 'middle exited', 'top exited']);
  await here.must('stop', '--all', '--app', 'crew');
  expect(order()).toHaveLength(3);
  rmSync(one.mark('order'));
  const started = await here.must('start', '--all');
  expect(order()).toEqual(['start base', 'start middle', 'start top']);
  expect(started.stdout).toMatch(/^AGENT .*\n(.* ready .*\n){3}$/);
  expect(started.stderr).toBe('');
  await here.must('start', 'base');
  expect(order()).toHaveLength(3);
});

it('keeps the order of two that need each other only through a third', async () => {
  writeFileSync(one.mark('order'), '');
  await here.must('stop', 'base', 'top');
  expect(order()).toEqual(['stop top', 'stop base']);
  await here.must('start', '--all');
});

it.each([
  [['stop', 'bse'], 2, 'No agent bse on host pc2. Did you mean "base"?'],
  [['stop', '--all', '--app', 'crw'], 2, 'No app crw on host pc2. Did you mean "crew"?'],
  [['stop', '--all', '--app', '../x'], 2, 'app must be'],
  [['logs', 'bse'], 2, 'No agent bse on host pc2. Did you mean "base"?'],
  [['revert', '--app', 'crw'], 2, 'No app crw on host pc2.'],
  [['status', '--socket', '/no/such.sock'], 5, 'There is no /no/such.sock. Is the sidecar running?'],
  [['status', '--socket', '/etc/hostname'], 5, 'Nobody listens at /etc/hostname any more.'],
  [['status', '--socket', '/x', '--endpoint', '127.0.0.1:1'], 2, 'Say --endpoint or --socket, not both.'],
])('%j is refused in a sentence', async (words, code, sentence) => {
  const result = await here.run(...words);
  expect(result.stderr).toContain(`Error: ${sentence}`);
  expect([result.code, result.stdout, result.stderr.trim().split('\n')]).toEqual([code, '', [expect.anything()]]);
});

it.skipIf(!isRoot)('lets in its own user and the group of its settings, nobody else', () => {
  const { mode, gid } = statSync(socketPath());
  expect([mode & 0o777, gid]).toEqual([0o660, GROUP]);
  chmodSync(one.cluster.folder, 0o711);
  const asked = (gid: number): { readonly code: number | null; readonly said: unknown } => {
    const words = [BINS.sidecar, 'status', '--json', '--socket', socketPath()];
    const env = cleanEnvironment(one.cluster.layout);
    const ran = spawnSync(process.execPath, words, { uid: STRANGER, gid, env, encoding: 'utf8' });
    return { code: ran.status, said: JSON.parse(ran.stdout) };
  };
  expect(asked(GROUP)).toEqual({ code: 0, said: expect.objectContaining({ host: 'pc2' }) as object });
  expect(asked(STRANGER)).toEqual({
    code: 4,
    said: { error: `You may not use ${socketPath()}. Run this as root, or as a member of the group ${GROUP}.` },
  });
});

it('answers nobody once the sidecar has ended, and its successor again', async () => {
  await one.host.daemon.kill();
  const dead = await here.run('status', '--socket', socketPath());
  expect([dead.code, dead.stderr]).toEqual([5, expect.stringContaining(`Nobody listens at ${socketPath()} any more.`)]);
  one.host.daemon.start();
  await eventually(async () => expect(await states()).toEqual(['base ready', 'middle ready', 'top ready']));
  // The socket answers before gRPC does, by which all is stopped in the end.
  await eventually(async () => expect((await one.host.remote.Status({}, { timeoutMs: 2_000 })).host).toBe('pc2'));
});
