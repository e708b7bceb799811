import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { findProcesses, processesOf } from '@outrider/shared/testing/leaks.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRelease } from '../testing/walk-release.js';

const BIN = fileURLToPath(new URL('../../bin/coordinator.js', import.meta.url));
/** Addresses of this test's own: the default ones may be another fleet's. */
const NET = `127.${64 + (process.pid % 128)}.${(process.pid >> 7) % 256}`;
const HOSTS = ['main-pc', 'pc2'] as const;

let folder: string;
let env: NodeJS.ProcessEnv;

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(...words: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...words], { env, timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}

const json = async <T>(...words: string[]): Promise<T> => JSON.parse((await run(...words, '--json')).stdout) as T;

class Dev {
  output = '';
  private constructor(readonly process: ChildProcess) {
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
  }

  static async start(...words: readonly string[]): Promise<Dev> {
    const dev = new Dev(spawn(process.execPath, [BIN, 'dev', '--net', NET, ...words], { env }));
    await eventually(() => dev.output.includes('Ready.'), { timeoutMs: 60_000, describe: () => dev.output });
    return dev;
  }

  /** Returns the exit code. */
  async end(...signals: readonly NodeJS.Signals[]): Promise<number | null> {
    const gone = once(this.process, 'exit');
    for (const signal of signals) this.process.kill(signal);
    return ((await gone) as [number | null])[0];
  }
}

interface Agent {
  readonly host: string;
  readonly agent: string;
  readonly pid: number;
  readonly ready: boolean;
  readonly version: string;
}

const agents = (): Promise<Agent[]> => json<Agent[]>('agents');
const pids = (list: readonly Agent[]): string[] => list.map((one) => `${one.host}/${one.agent} ${one.pid}`).sort();
const pidsOf = (list: readonly Agent[], agent: string): number[] =>
  list.flatMap((one) => (one.agent === agent ? [one.pid] : [])).sort((a, b) => a - b);
/** Processes with this in their command line; words that any fleet may use count only in folders of this test. */
const running = (words: string): number[] =>
  findProcesses(
    (pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(words) &&
      (words.includes(NET) || words.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)),
  )
    .map(({ pid }) => pid)
    .sort((a, b) => a - b);
const allReady = (count: number): Promise<Agent[]> =>
  eventually(async () => {
    const list = await agents();
    return list.length === count && list.every((agent) => agent.ready) ? list : false;
  });
const daemon = (words: string): number => {
  const found = findProcesses((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').includes(words),
  );
  expect(found).toHaveLength(1);
  return found[0]!.pid;
};

const push = (version: string, exit?: string): Promise<Ran> =>
  run('release', 'push', makeRelease(folder, NET, version, exit), '--version', version);

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'outrider-devtest-')));
  env = { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, OUTRIDER_RENDEZVOUS: join(folder, 'endpoints') };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a fleet on this machine', () => {
  let state: string;
  let dev: Dev;
  beforeAll(async () => {
    state = join(folder, 'state');
    dev = await Dev.start(state, '--hosts', HOSTS.join(','));
  });
  afterAll(async () => {
    await dev.end('SIGINT', 'SIGTERM');
    expect(processesOf({ folder: state })).toEqual([]);
  });

  test('says where it is, and answers there', async () => {
    expect(dev.output).toContain(`http://${NET}.12:8080/health`);
    const link = /http:\S+\/#token=\S+/.exec(dev.output)?.[0] ?? '';
    expect((await fetch(link)).headers.get('content-type')).toContain('text/html');
    for (const port of [7777, 7779]) {
      expect(await (await fetch(`http://${NET}.1:${port}/status`)).json()).toMatchObject({ state: 'idle' });
    }
    const targets = (await (await fetch(`http://${NET}.1:7777/sd`)).json()) as { targets: string[] }[];
    for (const target of targets) expect((await fetch(`http://${target.targets[0]!}/metrics`)).status).toBe(200);
    expect(targets).toHaveLength(3);
  });

  test('a good version is 0, a bad one is 20 and taken back, a rollback is 0', async () => {
    expect(await push('1.0.0')).toMatchObject({ code: 0 });
    expect(await run('rollout', '--version', '1.0.0', '--bake', '1s')).toMatchObject({ code: 0 });
    const first = await allReady(5);

    expect(await push('2.0.0', 'exit 3;')).toMatchObject({ code: 0 });
    const plan = await run('rollout', '--version', '2.0.0', '--plan', '--json');
    expect(plan.code).toBe(10);
    expect(JSON.parse(plan.stdout)).toMatchObject({ hosts: [{ host: 'main-pc' }, { host: 'pc2' }], problems: [] });
    for (const look of [[], ['--plan']]) {
      expect((await run('rollout', '--version', '2.0.0', '--hosts', 'pc9', ...look)).code).toBe(2);
    }
    const bad = await run('rollout', '--version', '2.0.0', '--bake', '1s', '--json');
    expect(bad.code).toBe(20);
    expect(JSON.parse(bad.stdout.trim().split('\n').at(-1)!)).toMatchObject({
      type: 'rollout.rolled_back',
      data: {
        from: '1.0.0',
        to: '2.0.0',
        hosts: { 'main-pc': 'reverted' },
        culprit: { host: 'main-pc', agent: 'worker' },
      },
    });
    expect((await allReady(5)).map((agent) => agent.version)).toEqual(Array(5).fill('1.0.0'));
    expect(await run('rollout', 'status')).toMatchObject({
      code: 20,
      stdout: expect.stringContaining('worker') as unknown,
    });
    expect((await run('rollout', '--version', '1.0.0')).stdout).toContain('active already');
    expect(first).toHaveLength(5);
  });

  test('the coordinator and a sidecar are killed in a rollout: it ends well, and nothing is doubled', async () => {
    await push('3.0.0');
    const rollout = run('rollout', '--version', '3.0.0', '--bake', '2s', '--json');
    const trialOf = (host: string) =>
      eventually(async () =>
        (await run('events', '--json', '-n', '20')).stdout.includes(`"host":"${host}","version":"3.0.0"`),
      );
    await trialOf('main-pc');
    process.kill(daemon(`coordinator.js serve --config ${state}`), 'SIGKILL');
    process.kill(daemon(`sidecar.js run --config ${state}/pc2.yaml`), 'SIGKILL');
    const { code, stdout } = await rollout;
    const ids = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(stdout.trim().split('\n').at(-1)).toContain('rollout.succeeded');
    expect(code).toBe(0);
    const ready = await allReady(5);
    expect(running('node\0web.mjs')).toEqual(pidsOf(ready, 'web'));
    expect(running(`${NET}.12:16390`)).toEqual(pidsOf(ready, 'cache'));
  });

  test('a second rollout meanwhile is 4 and says who, what, since when; Ctrl-C leaves, abort takes back', async () => {
    await push('4.0.0');
    const child = spawn(process.execPath, [BIN, 'rollout', '--version', '4.0.0', '--bake', '60s'], { env });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually(() => said.includes('main-pc trial'), { describe: () => said });
    const second = await run('rollout', '--version', '1.0.0');
    expect(second.code).toBe(4);
    expect(second.stderr).toMatch(/rollout of walk to 4\.0\.0 \(r\d+\) is under way, started by \S+@\S+ .* ago/);
    const gone = once(child, 'exit');
    child.kill('SIGINT');
    expect(await gone).toEqual([130, null]);
    expect(said).toMatch(/The rollout goes on\. .*rollout watch r\d+.*rollout abort r\d+/);
    const late = await run('rollout', 'watch', '--timeout', '1s');
    expect(late.code).toBe(5);
    expect(late.stderr).toMatch(/it goes on/);
    expect(await run('rollout', 'pause')).toMatchObject({ code: 0 });
    expect(await run('rollout', 'resume')).toMatchObject({ code: 0 });
    const watch = run('rollout', 'watch');
    expect(await run('rollout', 'abort')).toMatchObject({ code: 0 });
    expect(await watch).toMatchObject({ code: 21 });
    expect(await run('rollout', 'status')).toMatchObject({ code: 21 });
  });

  test('agents and logs over all hosts', async () => {
    await allReady(5);
    const logs = await run('logs', 'web', '--json', '-n', '5');
    const hosts = logs.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { host: string }).host);
    expect([...new Set(hosts)].sort()).toEqual([...HOSTS]);
    const before = await agents();
    const restarted = await run('agent', 'restart', 'web', '--host', 'pc2', '--json');
    expect(restarted.code).toBe(0);
    const after = await allReady(5);
    const changed = pids(after).filter((one) => !pids(before).includes(one));
    expect(changed).toHaveLength(1);
    expect(changed[0]).toMatch(/^pc2\/web /);
    expect((await run('agent', 'restart', 'wep')).stderr).toMatch(/no agent wep/);
  });

  test('POST /rollback takes every app back, and no further than what was good', async () => {
    const token = readFileSync(join(state, 'coordinator/run/token'), 'utf8').trim();
    const back = (): Promise<Response> =>
      fetch(`http://${NET}.1:7779/rollback`, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    // What was aborted has gone back already.
    expect((await back()).status).toBe(409);
    expect(await push('1.3.0')).toMatchObject({ code: 0 });
    expect(await run('rollout', '--version', '1.3.0', '--bake', '1s')).toMatchObject({ code: 0 });
    const answer = await back();
    expect(answer.status).toBe(202);
    const { status, rollback_id: id } = (await answer.json()) as { status: string; rollback_id: string };
    expect(status).toBe('rollback_initiated');
    expect(await run('rollout', 'watch', id)).toMatchObject({ code: 0 });
  });

  test('ends all of it, agents included; the next one with the same folder goes on', async () => {
    const version = (await allReady(5))[0]!.version;
    expect(await dev.end('SIGINT')).toBe(0);
    expect(dev.output).toContain('All of it has ended.');
    expect(processesOf({ folder: state })).toEqual([]);
    expect([...running('node\0web.mjs'), ...running(`${NET}.`)]).toEqual([]);
    dev = await Dev.start(state);
    expect((await allReady(5)).map((agent) => agent.version)).toEqual(Array(5).fill(version));
  });

  test('ports that are taken are named, with who has them', async () => {
    const { code, stderr } = await run('dev', '--net', NET);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Not all ports are free\. Taken by .*coordinator\.js.* \(pid \d+\): 127\./);
    expect(stderr).toContain(`${NET}.1:7077`);
  });

  test('the folder is taken, on other addresses too; nothing of the fleet is touched', async () => {
    const before = pids(await allReady(5));
    for (const net of [NET, '127.41.9']) {
      const second = await run('dev', state, '--net', net);
      expect(second.code).toBe(4);
      expect(second.stderr).toMatch(/is in use by another `coordinator dev`/);
    }
    expect(pids(await allReady(5))).toEqual(before);
  });

  test('killed outright it leaves nothing running; a host that is not named again is no host any more', async () => {
    await allReady(5);
    await dev.end('SIGKILL');
    // What has changed its title is seen by its arguments alone; the guard is the last to go.
    const left = () => [
      ...processesOf({ folder: state }).map(({ command }) => command),
      ...[...running('node\0web.mjs'), ...running(`${NET}.`), ...running(`guard.js\0${state}`)],
    ];
    await eventually(() => left().length === 0, { timeoutMs: 30_000, describe: () => left().join('\n') });
    dev = await Dev.start(state, '--hosts', 'main-pc');
    expect((await json<{ name: string }[]>('hosts')).map((host) => host.name)).toEqual(['main-pc']);
    expect(await dev.end('SIGINT')).toBe(0);
    dev = await Dev.start(state);
    expect(await json<unknown[]>('hosts')).toHaveLength(2);
  });

  test('a second Ctrl-C waits for nothing, and leaves nothing either', async () => {
    await allReady(5);
    await dev.end('SIGINT', 'SIGTERM');
    expect(processesOf({ folder: state })).toEqual([]);
    expect([...running('node\0web.mjs'), ...running(`${NET}.`)]).toEqual([]);
    dev = await Dev.start(state);
  });
});

test('without a folder nothing of it is left on disk; a port of another program is named', async () => {
  const net = '127.41.8';
  const server = createServer().listen({ host: `${net}.12`, port: 8000 });
  await once(server, 'listening');
  const taken = await run('dev', '--net', net);
  expect(taken).toMatchObject({ code: 2 });
  expect(taken.stderr).toMatch(
    new RegExp(`Taken by .* \\(pid ${process.pid}\\): 127\\.41\\.8\\.12:8000 for pc2 \\(metrics\\)`),
  );
  server.close();
  const kept = /its state is in (\S+)\.\n/.exec(taken.stdout)?.[1] ?? '';
  expect(kept).toContain('outrider-dev-');
  expect(existsSync(kept)).toBe(false);
});
