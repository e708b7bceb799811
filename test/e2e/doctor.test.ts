// `coordinator doctor` against a real fleet: all well, and each check bad where the thing it looks at is broken.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import type { CliResult } from '../support/cli-run.js';
import { BINS, cleanEnvironment } from '../support/cluster-layout.js';
import { inTerminal } from '../support/terminal.js';
import { clearMark, marked, setMark, tree } from '../support/rollout-kit.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

interface Row {
  readonly check: string;
  readonly host: string | null;
  readonly ok: boolean;
  readonly skipped: boolean;
  readonly detail: string;
  readonly remedy: string;
}

let cluster: Cluster;
const doctor = (...words: readonly string[]): Promise<CliResult> => cluster.cli('doctor', ...words, '--json');
const rows = (result: CliResult): Row[] => result.json<Row[]>();
/** `check host` of what is not well. How busy this machine is only one test asks. */
const ill = (result: CliResult): string[] =>
  rows(result)
    .filter(({ check, ok, skipped }) => !ok && !skipped && check !== 'event-loop')
    .map(({ check, host }) => `${check} ${host ?? '-'}`);
const found = (result: CliResult, check: string, host: string | null): Row | undefined =>
  rows(result).find((row) => row.check === check && row.host === host);

/** Until it says so: what was broken or mended may take a moment to be seen. */
const until = (matches: (result: CliResult) => boolean): Promise<CliResult> => {
  const last: { result?: CliResult } = {};
  return eventually(
    async () => {
      last.result = await doctor();
      return matches(last.result) ? last.result : null;
    },
    {
      timeoutMs: 90_000,
      describe: () => `the doctor to say so; it said ${last.result?.stdout ?? ''}${last.result?.stderr ?? ''}`,
    },
  );
};
const untilIll = (...names: readonly string[]): Promise<CliResult> =>
  until((result) => names.every((name) => allIll(result).includes(name)));
const allIll = (result: CliResult): string[] =>
  rows(result)
    .filter(({ ok, skipped }) => !ok && !skipped)
    .map(({ check, host }) => `${check} ${host ?? '-'}`);
const untilWell = (): Promise<CliResult> =>
  until((result) => ill(result).length === 0 && rows(result).every(({ skipped }) => !skipped));

const CHECKS = [
  ...['coordinator', 'redis', 'leader', 'hosts', 'agents', 'cross-host', 'error-bus', 'monitoring', 'clock', 'disk'],
  ...['versions', 'certificates', 'ports', 'permissions', 'event-loop'],
];

/** Settings of a daemon, changed before it is started again. */
function setting(name: string, change: (config: Record<string, unknown>) => void): void {
  const file = join(cluster.folder, `${name}.yaml`);
  const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  change(config);
  writeFileSync(file, JSON.stringify(config));
}

beforeAll(async () => {
  cluster = await startCluster({ coordinator: { prometheus: { url: 'http://127.0.0.2:39099' } } });
  setting('coordinator', (config) => delete config['prometheus']);
  await cluster.push('1.0.0', tree('crew', { vision: marked(cluster, 'vision', 18831) }));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterAll(() => cluster.stop());

describe('monitoring', () => {
  it('is bad where the Prometheus that is set up does not answer', async () => {
    const result = await doctor();
    expect([result.code, ill(result)]).toEqual([30, ['monitoring -']]);
    expect(found(result, 'monitoring', null)?.detail).toContain('http://127.0.0.2:39099');
    expect(found(result, 'monitoring', null)?.remedy).toContain('prometheus.url');
    await cluster.coordinator.restart();
    await cluster.ready();
  });
});

describe('a fleet that is well', () => {
  it('has every check of every host, and exit code 0', async () => {
    const result = await untilWell();
    expect([...new Set(rows(result).map(({ check }) => check))]).toEqual(CHECKS);
    expect(result.code).toBe(rows(result).every(({ ok }) => ok) ? 0 : 30);
    expect(rows(result).every(({ ok, remedy }) => ok === (remedy === ''))).toBe(true);
    expect(found(result, 'cross-host', 'main-pc')?.detail).toContain('main-pc hears pc2 over ZeroMQ');
    expect(found(result, 'error-bus', 'pc2')?.detail).toContain('history of the fleet');
  });

  it('is told in a line a check, and of one host alone', async () => {
    const text = await cluster.cli('doctor');
    expect(text.stdout).toMatch(/\u2713 redis +answers the coordinator in \d+ ms/);
    const one = rows(await doctor('--host', 'pc2'));
    expect(new Set(one.map(({ host }) => host))).toEqual(new Set(['pc2']));
  });

  it('shows on a terminal what it has seen so far, in one line that fits and is gone at the end', async () => {
    const env = {
      ...{ ...cleanEnvironment(cluster.layout), OUTRIDER_TOKEN_FILE: cluster.layout.token },
      OUTRIDER_ENDPOINT: `${cluster.layout.network}.1:7077`,
    };
    const steps = [{ until: 'looking ...' }, { until: 'the coordinator' }];
    const command = (...words: readonly string[]) => [process.execPath, BINS.coordinator, 'doctor', ...words];
    const { output, screen } = await inTerminal(command(), steps, { env, columns: 40 });
    const lines = [...output.matchAll(/\r\u001b\[K([^\r\n\u001b]*)/g)].map(([, line = '']) => line);
    expect(lines.slice(0, 2)).toEqual(['looking ...', 'looking ... the coordinator']);
    expect(lines.every((line) => line.length < 40)).toBe(true);
    expect(screen().join('\n')).not.toContain('looking');
    // What goes wrong is no part of that line either.
    const refused = await inTerminal(command('--environment', 'prod'), [], { env });
    expect([refused.code, refused.screen()]).toEqual([4, [expect.stringMatching(/^Error: .* serves local/)]]);
  });

  it('refuses a host that nobody knows, with a suggestion', async () => {
    const result = await doctor('--host', 'pc3');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('pc3 is no host of this fleet. Did you mean "pc2"?');
  });
});

describe('on a host', () => {
  it('agents: one that is not ready in time', async () => {
    setMark(cluster, 'vision', 'pc2');
    const result = await untilIll('agents pc2');
    expect(result.code).toBe(30);
    expect(found(result, 'agents', 'pc2')?.detail).toContain('unhealthy: 1 of 1 agents: vision');
    expect(found(result, 'agents', 'pc2')?.remedy).toContain('coordinator logs vision --host pc2');
    expect(found(result, 'agents', 'main-pc')?.ok).toBe(true);
    clearMark(cluster, 'vision', 'pc2');
    await untilWell();
  });

  it('permissions: a token that others may read', async () => {
    const token = join(cluster.folder, 'pc2', 'run', 'token');
    chmodSync(token, 0o644);
    const result = await doctor();
    expect(ill(result)).toEqual(['permissions pc2']);
    expect(found(result, 'permissions', 'pc2')?.remedy).toContain(`chmod 600 ${token}`);
    chmodSync(token, 0o600);
    chmodSync(join(cluster.folder, 'coordinator', 'data'), 0o777);
    expect(ill(await doctor())).toEqual(['permissions -']);
    chmodSync(join(cluster.folder, 'coordinator', 'data'), 0o700);
  });

  it('event-loop: a sidecar that stood still', async () => {
    const { daemon } = cluster.host('main-pc');
    daemon.signal('SIGSTOP');
    const stopped = performance.now();
    await eventually(() => performance.now() - stopped > 2_000);
    daemon.signal('SIGCONT');
    const result = await untilIll('event-loop main-pc');
    expect(found(result, 'event-loop', 'main-pc')?.detail).toMatch(/held up for \d+\.\d s/);
  });

  it('disk: a reserve that is larger than the disk', async () => {
    const { daemon } = cluster.host('main-pc');
    setting('main-pc', (config) => (config['disk_reserve'] = '500000G'));
    await daemon.stop();
    daemon.start();
    const result = await untilIll('disk main-pc');
    expect(found(result, 'disk', 'main-pc')?.detail).toContain('disk_reserve');
    setting('main-pc', (config) => delete config['disk_reserve']);
    await daemon.stop();
    daemon.start();
    await untilWell();
  });

  it('clock: one that is an hour ahead', async () => {
    const shift = join(cluster.folder, 'shift.mjs');
    writeFileSync(shift, 'const now = Date.now.bind(Date); Date.now = () => now() + 3_600_000;\n');
    const { daemon } = cluster.host('pc2');
    await daemon.stop();
    daemon.start({ NODE_OPTIONS: `--import ${shift}` });
    const result = await untilIll('clock pc2');
    expect(found(result, 'clock', 'pc2')?.detail).toMatch(/36\d\d\.\d s ahead/);
    await daemon.stop();
    daemon.start();
    await untilWell();
  });

  it('hosts and ports: a sidecar that cannot start, for another program has its port', async () => {
    const { daemon, address } = cluster.host('pc2');
    await daemon.stop();
    const thief = await thiefOf(address, 7070);
    try {
      const result = await untilIll('hosts pc2', 'ports pc2');
      expect(found(result, 'ports', 'pc2')?.detail).toContain(`${address}:7070`);
      expect(found(result, 'ports', 'pc2')?.detail).toContain(`process ${thief.pid ?? 0} (python3`);
      expect(found(result, 'cross-host', 'main-pc')?.detail).toContain('does not hear pc2');
      expect(found(result, 'disk', 'pc2')?.skipped).toBe(true);
      expect(result.code).toBe(30);
    } finally {
      thief.kill();
      await once(thief, 'exit');
    }
    daemon.start();
    await untilWell();
  });
});

describe('of the fleet', () => {
  it('redis, leader, error-bus: Redis is stopped', async () => {
    await cluster.redis.stop();
    const result = await untilIll('redis -', 'redis pc2', 'leader -');
    expect(result.code).toBe(30);
    expect(found(result, 'redis', null)?.remedy).toContain('redis-cli -h');
    expect(found(result, 'agents', 'pc2')?.ok).toBe(true);
  });

  it('no coordinator: what can be seen from here is told, and exit code 5', async () => {
    await cluster.coordinator.stop();
    const result = await doctor();
    expect(result.code).toBe(5);
    expect(found(result, 'coordinator', null)).toMatchObject({ ok: false, skipped: false });
    expect(found(result, 'leader', null)).toMatchObject({ ok: false, skipped: true });
    expect(found(result, 'agents', 'pc2')).toMatchObject({ ok: true });
    expect(found(result, 'cross-host', 'pc2')).toMatchObject({ ok: true });
    expect(found(result, 'redis', 'pc2')).toMatchObject({ ok: false, skipped: false });
  });
});

/** Another program that listens there. */
async function thiefOf(address: string, port: number): Promise<ChildProcess> {
  const script = `import socket,time\ns=socket.socket()\ns.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)\ns.bind(("${address}",${port}))\ns.listen()\nprint("there",flush=True)\ntime.sleep(600)`;
  const child = spawn('/usr/bin/python3', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}
