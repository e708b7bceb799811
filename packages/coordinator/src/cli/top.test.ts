import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { widthOf } from '@outrider/shared/cli/width.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { freePort, startRedis, type TestRedis } from '@outrider/shared/testing/redis.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTerminal, type Seen, type Step } from '../../../../test/support/terminal.js';
import { afterKey } from './top/live.js';
import { screenOf, type View } from './top/screen.js';
import type { AgentRow, Snapshot } from './top/snapshot.js';

const BIN = fileURLToPath(new URL('../../bin/coordinator.js', import.meta.url));
const LEFT = '\u001b[?25h\u001b[?1049l';

const agent = (name: string, more: Partial<AgentRow> = {}): AgentRow => ({
  ...{ host: 'pc2', app: 'assistants', agent: name, instance: 0, version: '1.4.0', state: 'ready', ready: true },
  ...{ cpu_percent: 1, memory_bytes: 2 ** 20, restarts: 0, since: '2026-11-25T10:00:00.000Z', reason: '' },
  ...more,
});

const SNAPSHOT: Snapshot = {
  ...{ at: '2026-11-25T10:03:20.000Z', environment: 'production', state: 'degraded', leader: 'a', redis: 'up' },
  hosts: [
    {
      ...{ host: 'pc2', state: 'up', held: false, cpu_percent: 12.5, memory_percent: 40, disk_percent: null },
      ...{ agents: 3, ready: 2, restarts: 14, apps: ['assistants 1.4.0'] },
    },
  ],
  states: { backoff: 1, ready: 2 },
  agents: [
    agent('memory', { memory_bytes: 2 ** 30 }),
    agent('speech', { cpu_percent: 99 }),
    agent('vision', {
      state: 'backoff',
      restarts: 14,
      reason: 'exited with code 1\u001b[2J, and a reason that is long',
    }),
  ],
  rollouts: [
    {
      ...{ rollout: 'r7', app: 'assistants', from: '1.3.0', to: '1.4.0', phase: 'baking', paused: false, seconds: 12 },
      ...{ hosts: { 'main-pc': 'committed', pc2: 'trial' }, explained: 'pc2 is on trial.' },
    },
  ],
};
const VIEW: View = { sort: 'state', filter: '', typing: false, from: 0, trouble: '' };

describe('the screen', () => {
  const order = (view: Partial<View>): string[] =>
    screenOf(SNAPSHOT, { ...VIEW, ...view })
      .filter((line) => line.startsWith('assistants/'))
      .map((line) => line.split('/')[1]?.split('.')[0] ?? '');

  it('sorts and filters', () => {
    expect(order({})).toEqual(['vision', 'memory', 'speech']);
    expect(order({ sort: 'cpu' })).toEqual(['speech', 'memory', 'vision']);
    expect(order({ sort: 'memory' })[0]).toBe('memory');
    expect(order({ sort: 'restarts' })[0]).toBe('vision');
    expect(order({ filter: 'BACK' })).toEqual(['vision']);
  });

  it('fits any terminal, and agents can never steer it', () => {
    for (const [columns, rows] of [
      [200, 50],
      [80, 24],
      [30, 10],
    ] as const) {
      const lines = screenOf(SNAPSHOT, VIEW, { columns, rows });
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(lines.every((line) => widthOf(line) <= columns)).toBe(true);
      expect(lines.join('\n')).not.toContain('\u001b[2J');
    }
    expect(screenOf(SNAPSHOT, VIEW).join('\n')).toContain('r7  assistants 1.3.0 -> 1.4.0  baking');
  });

  it('does what keys say', () => {
    const keys = ['/', 'p', 'c', 'x'].map((sequence) => ({ sequence }));
    const filtered = keys.reduce((view, key) => afterKey(view, key, 24), VIEW);
    expect(filtered).toMatchObject({ typing: true, filter: 'pcx' });
    const mended = afterKey(afterKey(filtered, { name: 'backspace' }, 24), { name: 'return' }, 24);
    expect(mended).toMatchObject({ typing: false, filter: 'pc' });
    expect(afterKey(mended, { name: 'escape' }, 24).filter).toBe('');
    expect(afterKey(VIEW, { name: 's', sequence: 's' }, 24).sort).toBe('name');
    expect(afterKey(VIEW, { name: 'up' }, 24).from).toBe(0);
  });
});

describe('in a pseudo terminal', () => {
  let folder: string;
  let redis: TestRedis;
  let daemon: ChildProcess;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'outrider-top-'));
    redis = await startRedis();
    const settings = join(folder, 'coordinator.yaml');
    const listen = {
      grpc: [`127.0.0.1:${await freePort()}`],
      http: ['127.0.0.1:0'],
      websocket: ['127.0.0.1:0'],
    };
    const folders = { data_dir: join(folder, 'data'), run_dir: join(folder, 'run') };
    writeFileSync(settings, JSON.stringify({ ...folders, redis: { url: redis.url }, listen }));
    const { PATH } = process.env;
    env = { PATH, HOME: folder, OUTRIDER_RENDEZVOUS: join(folder, 'endpoints') };
    daemon = spawn(process.execPath, [BIN, 'serve', '--config', settings], { env, stdio: 'ignore' });
    await eventually(() => {
      expect(execFileSync(process.execPath, [BIN, 'status'], { env, encoding: 'utf8', stdio: 'pipe' })).toContain('up');
    });
  });
  afterAll(async () => {
    const gone = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await gone;
    await redis.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const typed = (steps: readonly Step[], more: NodeJS.ProcessEnv = {}): Promise<Seen> =>
    inTerminal([process.execPath, BIN, 'top', '--interval', '200ms'], steps, { env: { ...env, ...more } });

  it('sorts, filters, follows a resize, and leaves the terminal as it was', async () => {
    const { code, output, restored } = await typed([
      { until: 'sort (state)' },
      { send: 's' },
      { until: 'sort (name)' },
      { send: '/' },
      { until: 'filter: _' },
      { send: 'vis\r' },
      { until: 'filter "vis"' },
      { resize: [12, 40] },
      { until: 'q quit  s sort (name)' },
      { send: 'q' },
    ]);
    expect({ code, restored }).toEqual({ code: 0, restored: true });
    expect(output.endsWith(LEFT)).toBe(true);
  });

  it.each([
    ['Ctrl-C', { send: '\u0003' }, 130],
    ['SIGTERM', { signal: 15 }, 143],
    ['SIGHUP', { signal: 1 }, 129],
  ])('leaves it as it was by %s', async (_name, step, expected) => {
    const { code, output, restored } = await typed([{ until: 'q quit' }, step]);
    expect({ code, restored }).toEqual({ code: expected, restored: true });
    expect(output).toContain(LEFT);
  });

  it('leaves it as it was where it breaks, and what is said of that stays to be read', async () => {
    const crash = `--import data:text/javascript,${encodeURIComponent('process.stdin.once("data",()=>{throw new Error("it is broken")})')}`;
    const { code, output, restored } = await typed([{ until: 'q quit' }, { send: 'x' }], { NODE_OPTIONS: crash });
    expect({ code, restored }).toEqual({ code: 1, restored: true });
    expect(output.indexOf(LEFT)).toBeLessThan(output.lastIndexOf('it is broken'));
    expect(output).toContain(LEFT);
  });

  it('is one document in a pipe', () => {
    const [json, text] = [['--json'], []].map((more) =>
      execFileSync(process.execPath, [BIN, 'top', ...more], { env, encoding: 'utf8' }),
    );
    expect(JSON.parse(json ?? '')).toMatchObject({ redis: 'up', hosts: [], agents: [], rollouts: [] });
    expect(text).toContain('No rollout runs.');
    expect(text).not.toContain('\u001b');
  });
});
