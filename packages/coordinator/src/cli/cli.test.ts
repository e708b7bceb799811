import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { freePort, startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const BIN = fileURLToPath(new URL('../../bin/coordinator.js', import.meta.url));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
let redis: TestRedis;
let settings: string;
/** Of the daemon's gRPC. */
let served: number;
let daemon: ChildProcess;
let env: NodeJS.ProcessEnv;

function run(...words: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...words], { env, cwd: folder, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}

async function serve(): Promise<void> {
  daemon = spawn(process.execPath, [BIN, 'serve', '--config', settings], { env, stdio: 'ignore' });
  await eventually(async () => (await run('status', '--json')).stdout.includes('"redis":"up"'));
}

const tree = (name: string, files: Readonly<Record<string, string>>): string => {
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  for (const [path, content] of Object.entries(files)) writeFileSync(join(root, path), content);
  return root;
};

const AGENTS = 'app: walk\nagents:\n  web:\n    command: [sleep, "60"]\n';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-cli-'));
  redis = await startRedis();
  served = await freePort();
  settings = join(folder, 'coordinator.yaml');
  writeFileSync(
    settings,
    JSON.stringify({
      data_dir: join(folder, 'data'),
      run_dir: join(folder, 'run'),
      redis: { url: redis.url },
      listen: { grpc: [`127.0.0.1:${served}`], http: ['127.0.0.1:0'], websocket: ['127.0.0.1:0'] },
    }),
  );
  env = { PATH: process.env['PATH'], HOME: folder, OUTRIDER_RENDEZVOUS: join(folder, 'endpoints') };
  await serve();
});
afterAll(async () => {
  const gone = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  const [code] = (await gone) as [number];
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
  expect(code).toBe(0);
});

test('an address that is refused or silent is left for the next', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const held: Socket[] = [];
  silent.on('connection', (socket) => held.push(socket));
  const { port } = silent.address() as AddressInfo;
  try {
    const there = `127.0.0.1:${served}`;
    const found = await run(
      'status',
      '--json',
      '--endpoint',
      `127.0.0.1:${await freePort()},127.0.0.1:${port},${there}`,
    );
    expect([found.code, found.stderr]).toEqual([0, '']);
    expect(JSON.parse(found.stdout)).toMatchObject({ redis: 'up' });
    expect(held.length).toBeGreaterThan(0);
    const none = await run('status', '--endpoint', `127.0.0.1:${await freePort()},127.0.0.1:${port}`);
    expect(none).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(`Cannot reach 127.0.0.1:${port}`) as string,
    });
  } finally {
    for (const socket of held) socket.destroy();
    silent.close();
  }
});

describe('release', () => {
  test('push, the same again, another content, ls, show', async () => {
    const root = tree('one', { 'agents.yaml': AGENTS, 'a.py': 'print(1)\n' });
    const first = await run('release', 'push', root, '--version', '1.0.0', '--json');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const pushed = JSON.parse(first.stdout) as Record<string, unknown>;
    const bytes = AGENTS.length + 9;
    expect(pushed).toMatchObject({ app: 'walk', version: '1.0.0', files: 2, bytes, bytes_sent: bytes });
    const again = await run('release', 'push', root, '--version', '1.0.0', '--json');
    expect(JSON.parse(again.stdout)).toEqual({ ...pushed, bytes_sent: 0 });

    writeFileSync(join(root, 'a.py'), 'print(2)\n');
    const other = await run('release', 'push', root, '--version', '1.0.0');
    expect(other.code).toBe(4);
    expect(other.stderr).toMatch(/^Error: Version 1\.0\.0 of walk has another content already: .+@.+ pushed it at /);

    const next = await run('release', 'push', root, '--version', '1.1.0', '--app', 'other', '--json');
    expect(JSON.parse(next.stdout)).toMatchObject({ app: 'other', version: '1.1.0', bytes_sent: 0 });
    const list = JSON.parse((await run('release', 'ls', '--json')).stdout) as { app: string; version: string }[];
    expect(list.map((release) => `${release.app} ${release.version}`)).toEqual(['walk 1.0.0', 'other 1.1.0']);
    expect((await run('release', 'ls')).stdout).toMatch(/^APP +VERSION/);
    const verified = await run('release', 'verify', '1.0.0', '--app', 'walk', '--json');
    expect(JSON.parse(verified.stdout)).toEqual({
      ...{ version: '1.0.0', app: 'walk', ok: true, damaged: [], mended: [], problems: [] },
      ...{ files: expect.any(Number) as number, bytes: expect.any(Number) as number },
    });
    const shown = await run('release', 'show', '1.0.0', '--app', 'walk', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ digest: pushed['digest'], agents_yaml: AGENTS });
  });

  test('many and large files travel, and come back whole', async () => {
    const files: Record<string, string> = { 'agents.yaml': AGENTS, big: 'x'.repeat(3_000_000) };
    for (let index = 0; index < 200; index += 1) files[`f${index}`] = `content ${index}`;
    const pushed = await run('release', 'push', tree('many', files), '--version', '2.0.0', '--json');
    expect(JSON.parse(pushed.stdout)).toMatchObject({ files: 202 });
  });
});

describe('wrong usage and input are 2, with one sentence', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['no such verb', ['rolout'], /Unknown command 'rolout'.*rollout/],
    ['no such option', ['status', '--jsn'], /--json/],
    ['no version to push', ['release', 'push', '.'], /--version V/],
    ['a reserved version', ['release', 'push', '.', '--version', 'latest'], /latest/],
    ['a bad version', ['release', 'push', '.', '--version', '../1'], /letters, digits/],
    ['no folder', ['release', 'push', 'nowhere', '--version', '1'], /Cannot read nowhere\/agents\.yaml/],
    [
      'a folder for agents.yaml',
      ['release', 'push', 'odd', '--version', '1'],
      /odd\/agents\.yaml: it is a folder, and must be/,
    ],
    ['no agents.yaml', ['release', 'push', 'empty', '--version', '1'], /a release needs one/],
    ['a bad agents.yaml', ['release', 'push', 'bad', '--version', '1'], /agents\.yaml:4: .*Did you mean "memory"/],
    ['no version to roll out', ['rollout'], /--version V/],
    ['a bad bake', ['rollout', '--version', '1', '--bake', 'soon'], /30s/],
    ['a lease too short', ['rollout', '--version', '1', '--confirm-within', '1ms'], /--confirm-within.*At least 1s/],
    ['an empty list of hosts', ['rollout', '--version', '1', '--hosts', ''], /at least one name/],
    ['a list of no hosts', ['rollback', '--hosts', ','], /at least one name/],
    ['a bad host', ['rollout', '--version', '1', '--hosts', 'a,../b'], /lower-case/],
    [
      'a strategy that there is not',
      ['rollout', '--version', '1', '--strategy', 'canry'],
      /Allowed choices are rolling/,
    ],
    ['a label without a value', ['rollout', '--version', '1', '--label', 'gpu'], /KEY=VALUE/],
    [
      'a label with two values',
      ['rollout', '--version', '1', '--label', 'zone=z1,gpu=yes,zone=z2'],
      /zone can't be z1 and z2 on one host.*name hosts instead/,
    ],
    ['the same in two options', ['rollout', '--version', '1', '--label', 'a=1', '--label', 'a=2'], /can't be 1 and 2/],
    ['a canary of none', ['rollout', '--version', '1', '--canary', '0'], /a number from 1/],
    ['agents of no name', ['rollout', '--version', '1', '--agents', ','], /at least one name; without it: every agent/],
    ['an agent named twice', ['rollback', '--agents', 'a,a'], /a is named twice/],
    ['an emergency of some agents', ['emergency', '--agents', 'a'], /takes no --agents.*coordinator rollback --agents/],
    ['the same as a strategy', ['rollback', '--strategy', 'emergency', '--agents', 'a'], /takes back whole hosts/],
    ['hosts that are left out', ['rollback', '--strategy', 'selective'], /names its hosts or agents: --hosts/],
    ['a bad id', ['rollout', 'status', '12'], /r42/],
    ['an unknown rollout', ['rollout', 'status', 'r999'], /There is no rollout r999/],
    ['no rollout at all', ['rollout', 'watch'], /There was no rollout yet/],
    ['an unknown release', ['rollout', '--version', '9.9.9', '--app', 'walk'], /9\.9\.9/],
    ['an unknown host', ['agents', '--host', 'pc9'], /pc9 is no host/],
    ['no agent named', ['agent', 'restart'], /--all/],
    ['both agents and all', ['agent', 'stop', 'web', '--all'], /not both/],
    ['an unknown agent', ['logs', 'web'], /There is no agent web/],
    ['a bad endpoint', ['status', '--endpoint', 'nonsense'], /HOST:PORT/],
    ['a host twice in dev', ['dev', '--hosts', 'a,a'], /a is named twice/],
    ['a bad host in dev', ['dev', '--hosts', 'A'], /lower-case/],
    ['a configuration that is not there', ['serve', '--config', 'nowhere.yaml'], /nowhere\.yaml.*does not exist/],
    [
      'a configuration with a wrong key',
      ['serve', '--check-config', '--config', 'wrong.yaml'],
      /wrong\.yaml:2: .*redis/,
    ],
    ['an open port without insecure', ['serve', '--check-config', '--config', 'open.yaml'], /insecure: true/],
  ])('%s', async (_, words, sentence) => {
    mkdirSync(join(folder, 'empty'), { recursive: true });
    mkdirSync(join(folder, 'odd', 'agents.yaml'), { recursive: true });
    tree('bad', {
      'agents.yaml': 'agents:\n  memory: { command: [a] }\n  web:\n    depends_on: [memry]\n    command: [a]\n',
    });
    writeFileSync(join(folder, 'wrong.yaml'), 'environment: local\nredsi: {}\n');
    writeFileSync(join(folder, 'open.yaml'), 'listen: { grpc: ["0.0.0.0:7077"] }\n');
    const { code, stdout, stderr } = await run(...words);
    expect(stderr).toMatch(/^Error: /);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('nobody there is 5, another environment and no token are 4', async () => {
    const nobody = await run('status', '--endpoint', '127.0.0.1:1');
    expect(nobody).toMatchObject({ code: 5, stdout: '' });
    expect(nobody.stderr).toMatch(/^Error: Cannot reach 127\.0\.0\.1:1: .*coordinator dev/);
    const other = await run('status', '--environment', 'prod');
    expect(other.code).toBe(4);
    expect(other.stderr).toMatch(/serves local, not production/);
    const { endpoint } = JSON.parse(note()) as { endpoint: string };
    const stranger = await runWith(
      { ...env, OUTRIDER_RENDEZVOUS: join(folder, 'none') },
      'release',
      'push',
      'one',
      '--version',
      '7',
      '--endpoint',
      endpoint,
    );
    expect(stranger.code).toBe(4);
    expect(stranger.stderr).toMatch(/token/);
  });
});

describe('questions', () => {
  test('status, hosts, agents, rollout ls, events in the shapes that scripts read', async () => {
    const json = async (...words: string[]): Promise<unknown> => JSON.parse((await run(...words, '--json')).stdout);
    expect(await json('status')).toMatchObject({
      environment: 'local',
      missing: ['release'],
      redis: 'up',
      hosts: { total: 0, up: 0 },
      agents: { total: 0, ready: 0 },
    });
    for (const words of [['hosts'], ['agents'], ['rollout', 'ls']]) expect(await json(...words)).toEqual([]);
    const { stdout } = await run('events', '--json', '-n', '1000');
    for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('type');
  });

  test('--json may stand before the verb too', async () => {
    expect(JSON.parse((await run('--json', 'hosts')).stdout)).toEqual([]);
  });

  test('help and version are 0', async () => {
    expect(await run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as unknown,
    });
    for (const verb of [[], ['rollout'], ['release', 'push'], ['dev']]) {
      expect(await run(...verb, '--help')).toMatchObject({ code: 0, stderr: '' });
    }
    expect((await run('completion', 'bash')).stdout).toContain('complete');
  });
});

test('events -f goes on when the coordinator has been killed and is back', async () => {
  const follower = spawn(process.execPath, [BIN, 'events', '-f', '--json'], { env, cwd: folder });
  let lines = '';
  follower.stdout.on('data', (chunk: Buffer) => (lines += chunk.toString()));
  const root = tree('followed', { 'agents.yaml': AGENTS, x: '1' });
  await run('release', 'push', root, '--version', '5.0.0');
  await eventually(() => lines.includes('"5.0.0"'));
  const gone = once(daemon, 'exit');
  daemon.kill('SIGKILL');
  await gone;
  await serve();
  writeFileSync(join(root, 'x'), '2');
  expect(await run('release', 'push', root, '--version', '5.1.0')).toMatchObject({ code: 0 });
  await eventually(() => lines.includes('"5.1.0"'));
  expect(lines.match(/"version":"5\.0\.0"/g)).toHaveLength(1);
  const ended = once(follower, 'exit');
  follower.kill('SIGINT');
  expect(await ended).toEqual([130, null]);
});

test('events -f that is asked to end says by its code that it was', async () => {
  const follower = spawn(process.execPath, [BIN, 'events', '-f', '--json'], { env, cwd: folder });
  const ended = once(follower, 'exit');
  await once(follower.stdout, 'data');
  follower.kill('SIGTERM');
  expect(await ended).toEqual([143, null]);
  // Its time was over: that is what was asked for. Long enough to be heard on a machine that has other work.
  expect(await run('events', '-f', '--timeout', '8s')).toMatchObject({ code: 0, stderr: '' });
});

test('while Redis is away a rollback says so, within the time that it was given', async () => {
  await redis.kill();
  await eventually(async () => (await run('status', '--json')).stdout.includes('"redis":"down"'));
  const { code, stderr } = await run('rollback', '--app', 'walk', '--yes', '--timeout', '10s');
  await redis.restart();
  expect({ code, stderr }).toEqual({ code: 5, stderr: 'Error: Redis is away, so nothing new is decided now.\n' });
  await eventually(async () => (await run('status', '--json')).stdout.includes('"redis":"up"'));
});

function runWith(other: NodeJS.ProcessEnv, ...words: readonly string[]): Promise<Ran> {
  const before = env;
  env = other;
  const running = run(...words);
  env = before;
  return running;
}

function note(): string {
  const endpoints = join(folder, 'endpoints');
  const port = (JSON.parse(readFileSync(settings, 'utf8')) as { listen: { grpc: string[] } }).listen.grpc[0]!;
  return readFileSync(join(endpoints, `coordinator-${port.replace(':', '-')}.json`), 'utf8');
}
