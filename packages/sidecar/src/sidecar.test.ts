/** The sidecar as a program: real processes of the built package, on loopback addresses of this test's own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { freePort, startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Request } from 'zeromq';
import { Manager } from './process/testing/manager.js';

const BIN = fileURLToPath(new URL('../bin/sidecar.js', import.meta.url));

let redis: TestRedis;
let folder: string;
let ports: { grpc: number; http: number; metrics: number; question: number; events: number };
const running = new Set<ChildProcess>();

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...words: string[]): {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  said: () => string;
} {
  const env = { PATH: process.env['PATH'] ?? '', OUTRIDER_RENDEZVOUS: join(folder, 'endpoints') };
  const child = spawn(process.execPath, [BIN, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece) => (stdout += String(piece)));
  child.stderr.on('data', (piece) => (stderr += String(piece)));
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return { code: code as number | null, stdout, stderr };
  });
  return { child, ended, said: () => stderr };
}

const cli = (...words: string[]): Promise<Ended> => start(...words).ended;

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  return true;
}

function configure(more: object = {}): string {
  const on = (port: number): string[] => [`127.0.0.1:${port}`];
  const settings = {
    host: 'pc2',
    run_dir: join(folder, 'run'),
    data_dir: join(folder, 'data'),
    log_dir: join(folder, 'log'),
    redis: { url: redis.url },
    listen: {
      grpc: on(ports.grpc),
      http: on(ports.http),
      metrics: on(ports.metrics),
      zmq: { question: on(ports.question), events: on(ports.events) },
    },
    ...more,
  };
  const file = join(folder, 'sidecar.yaml');
  writeFileSync(file, JSON.stringify(settings, null, 1));
  return file;
}

async function runSidecar(more: object = {}): Promise<ReturnType<typeof start>> {
  const sidecar = start('run', '--config', configure(more));
  await eventually(() => sidecar.said().includes('the sidecar runs'), { describe: () => sidecar.said() });
  return sidecar;
}

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-sc-'));
  const found = await Promise.all([1, 2, 3, 4, 5].map(() => freePort()));
  const [grpc = 0, http = 0, metrics = 0, question = 0, events = 0] = found;
  ports = { grpc, http, metrics, question, events };
});

afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL');
    await once(child, 'exit').catch(() => undefined);
  }
  rmSync(folder, { recursive: true, force: true });
});

describe('sidecar run', () => {
  test('is seen by HTTP, Prometheus, ZeroMQ and Redis, and found by its own commands', async () => {
    const { child, ended } = await runSidecar();
    const health = await fetch(`http://127.0.0.1:${ports.http}/health`);
    expect([health.status, await health.json()]).toEqual([
      200,
      expect.objectContaining({ host: 'pc2', status: 'healthy' }),
    ]);
    expect(await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text()).toContain('outrider_sidecar_info{');
    const asking = new Request({ linger: 0, receiveTimeout: 20_000 });
    asking.connect(`tcp://127.0.0.1:${ports.question}`);
    await asking.send('health_check');
    expect(String((await asking.receive())[0])).toBe('healthy');
    asking.close();
    const reader = new Redis(redis.url);
    await eventually(async () => expect(await reader.exists('outrider:{local}:presence:pc2')).toBe(1));
    reader.disconnect();
    expect(statSync(join(folder, 'run/token')).mode & 0o777).toBe(0o600);

    const status = await cli('status', '--json');
    expect([status.code, status.stderr]).toEqual([0, '']);
    expect(JSON.parse(status.stdout)).toMatchObject({ host: 'pc2', sidecar: { pid: child.pid } });
    expect((await cli('stop', '--all')).code).toBe(0);
    expect(await cli('restart', 'vision')).toMatchObject({ code: 2, stderr: 'Error: No agent vision on host pc2.\n' });
    expect((await cli('revert')).stdout).toMatch(/^Nothing is being switched/);

    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stdout: '' });
    expect(await cli('status')).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/Is the sidecar running\?/) as string,
    });
  });

  test('is refused where another has the run_dir, whose pid is named; a kill -9 frees it at once', async () => {
    const first = await runSidecar();
    const second = await cli('run', '--config', join(folder, 'sidecar.yaml'));
    expect(second.code).toBe(4);
    expect(second.stderr).toContain(
      `A sidecar (pid ${first.child.pid ?? 0}) runs with run_dir ${join(folder, 'run')} already.`,
    );
    first.child.kill('SIGKILL');
    await first.ended;
    const token = readFileSync(join(folder, 'run/token'), 'utf8');
    const third = await runSidecar();
    expect(readFileSync(join(folder, 'run/token'), 'utf8')).toBe(token);
    third.child.kill('SIGINT');
    expect((await third.ended).code).toBe(0);
  });

  test('goes on without Redis', async () => {
    const { child, ended } = await runSidecar({ redis: { url: `redis://127.0.0.1:${await freePort()}` } });
    expect((await fetch(`http://127.0.0.1:${ports.http}/health`)).status).toBe(200);
    child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
  });

  test('tells systemd that it is ready, and says what was passed on to it', async () => {
    const env = { OUTRIDER_RENDEZVOUS: join(folder, 'endpoints') };
    const manager = new Manager(join(folder, 'notify'), [['web.socket', '127.0.0.1:0']], env);
    const file = join(folder, 'sidecar.log');
    try {
      await manager.start(process.execPath, BIN, 'run', '--config', configure({ log: { file } }));
      await eventually(() => manager.heard.includes('READY=1'));
      expect(readFileSync(file, 'utf8')).toMatch(/"systemd passed on 127\.0\.0\.1:\d+ \(web\.socket\)"/);
    } finally {
      await manager.end();
    }
  });

  test('runs agents also where nobody can be given the control socket', async () => {
    mkdirSync(join(folder, 'run'));
    writeFileSync(join(folder, 'run/sidecar.sock'), 'mine');
    const { child, ended } = await runSidecar({ control: { group: 'no such' } });
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('is no socket, but something else. Move it away.')]);
    expect(stderr).toContain('control.group is not obeyed');
  });

  test('waits a moment for an address that is taken', async () => {
    const squatter = createServer().listen(ports.http, '127.0.0.1');
    await once(squatter, 'listening');
    const sidecar = start('run', '--config', configure());
    await eventually(() => accepts(ports.grpc));
    // Its own commands reach it all the same.
    expect(JSON.parse((await cli('status', '--json')).stdout)).toMatchObject({ host: 'pc2' });
    expect(sidecar.said()).not.toContain('the sidecar runs');
    squatter.close();
    await eventually(() => sidecar.said().includes('the sidecar runs'));
    sidecar.child.kill('SIGTERM');
    expect((await sidecar.ended).code).toBe(0);
  });

  test('ends when it is asked to, also while it waits for an address', async () => {
    const squatter = createServer().listen(ports.question, '127.0.0.1');
    await once(squatter, 'listening');
    const sidecar = start('run', '--config', configure());
    await eventually(() => accepts(ports.grpc));
    sidecar.child.kill('SIGTERM');
    const { code, stderr } = await sidecar.ended;
    squatter.close();
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('Cannot listen')]);
  });

  test('ends with a sentence where an address stays taken', async () => {
    const squatter = createServer().listen(ports.question, '127.0.0.1');
    await once(squatter, 'listening');
    const { code, stderr } = await cli('run', '--config', configure());
    squatter.close();
    expect(code).toBe(5);
    expect(stderr).toContain(
      `Error: Cannot listen on 127.0.0.1:${ports.question} (ZeroMQ question): Address already in use`,
    );
  });
});

describe('what changes something', () => {
  test('needs the token of run_dir, which the commands of this user find', async () => {
    const { child, ended } = await runSidecar();
    const url = `http://127.0.0.1:${ports.http}/agents/vision/restart`;
    expect((await fetch(url, { method: 'POST' })).status).toBe(401);
    const authorization = `Bearer ${readFileSync(join(folder, 'run/token'), 'utf8').trim()}`;
    expect((await fetch(url, { method: 'POST', headers: { authorization } })).status).toBe(404);
    rmSync(join(folder, 'endpoints'), { recursive: true });
    const stranger = await cli('stop', '--all', '--endpoint', `127.0.0.1:${ports.grpc}`);
    expect(stranger).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^Error: ControlAgent needs the token/) as string,
    });
    child.kill('SIGTERM');
    await ended;
  });

  test('may be asked with the token of the fleet too', async () => {
    const file = join(folder, 'fleet-token');
    writeFileSync(file, 'the-token-of-the-whole-fleet\n', { mode: 0o600 });
    const { child, ended } = await runSidecar({ token_file: file });
    const headers = { authorization: 'Bearer the-token-of-the-whole-fleet' };
    const url = `http://127.0.0.1:${ports.http}/agents/vision/restart`;
    expect((await fetch(url, { method: 'POST', headers })).status).toBe(404);
    child.kill('SIGTERM');
    await ended;
  });
});

describe('usage', () => {
  test.each<[string[], number, RegExp]>([
    [[], 2, /Usage: sidecar/],
    [['rnu'], 2, /Did you mean run\?/],
    [['status', '--jsn'], 2, /--json/],
    [['logs'], 2, /Name the agents, or say --all/],
    [['logs', 'a', '--all'], 2, /Name the agents, or say --all/],
    [['logs', 'a', '-n', 'x'], 2, /whole number/],
    [['logs', 'a', 'B C'], 2, /'B C' is invalid/],
    [['logs', 'a', '--since', 'yesterday'], 2, /a duration such as .* or a time such as/],
    [['logs', 'a', '--since', '2999-01-01T00:00:00Z'], 2, /has not come yet/],
    [['stop'], 2, /Name the agents to stop, or say --all/],
    [['status', '--endpoint', 'nowhere'], 2, /HOST:PORT/],
    [['status', '--timeout', 'soon'], 2, /duration/],
    [['run', '--config', '/no/such/file'], 2, /\/no\/such\/file: The configuration file does not exist/],
    [['completion', 'fisk'], 2, /Did you mean "fish"/],
  ])('%j', async (words, code, sentence) => {
    const ended = await cli(...words);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(sentence)]);
    expect(ended.stdout).toBe('');
  });

  test('help has examples, the version is that of the package, settings can be checked', async () => {
    expect(await cli('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/sidecar logs vision -f/) as string,
    });
    expect(await cli('--version')).toMatchObject({ code: 0, stdout: '0.1.0\n' });
    expect(await cli('run', '--check-config', '--config', configure())).toMatchObject({ code: 0, stderr: '' });
    const { code, stderr } = await cli('run', '--check-config', '--config', configure({ adress: '127.0.0.1' }));
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/sidecar\.yaml:\d+: adress is not known\. Did you mean "address"\?/),
    ]);
    expect(await cli('run', '--check-config', '--config', configure({ control: { group: 'no such' } }))).toMatchObject({
      code: 2,
      stderr: 'Error: control.group: There is no group "no such" on this machine.\n',
    });
    expect((await cli('completion', 'bash')).stdout).toContain('complete -F _sidecar_complete sidecar');
  });
});
