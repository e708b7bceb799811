// examples/clients drive rollouts of a real fleet by gRPC and see what the command line sees.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.js';
import { cleanEnvironment } from '../support/cluster-layout.js';
import { asked, type Event, fault, tree, web } from '../support/rollout-kit.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PYTHON = '/usr/bin/python3';
const hasGrpc = existsSync('/usr/lib/python3/dist-packages/grpc');
const BUF = join(ROOT, 'node_modules/.bin/buf');

let cluster: Cluster;
const release = (version: string, rev: number): Promise<void> =>
  cluster.push(version, tree('crew', { vision: web(18841, rev) }));

interface Ended {
  readonly code: number;
  readonly events: readonly Event[];
  readonly stderr: string;
}

interface Running {
  /** So far. */
  readonly lines: readonly string[];
  readonly hasEnded: () => boolean;
  readonly ended: Promise<Ended>;
}

function start(program: string, words: readonly string[], env: Record<string, string> = {}): Running {
  const all = {
    ...{ ...cleanEnvironment(cluster.layout), ...env },
    OUTRIDER_ENDPOINT: `${cluster.layout.network}.1:7077`,
    OUTRIDER_TOKEN_FILE: cluster.layout.token,
  };
  const child = spawn(program, words, { env: all, cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  let [stderr, hasEnded] = ['', false];
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const ended = once(child, 'close').then(([code]) => {
    hasEnded = true;
    return { code: code as number, stderr, events: lines.map((line) => JSON.parse(line) as Event) };
  });
  return { lines, hasEnded: () => hasEnded, ended };
}

const python = (...words: readonly string[]): Promise<Ended> => startPython('0.3', ...words).ended;
const startPython = (bake: string, ...words: readonly string[]): Running =>
  start(PYTHON, [join(ROOT, 'examples/clients/rollout.py'), '--bake', bake, ...words]);
const shell = (...words: readonly string[]): Promise<Ended> => startShell('300', ...words).ended;
const startShell = (bakeMs: string, ...words: readonly string[]): Running =>
  start(join(ROOT, 'examples/clients/rollout.sh'), words, { BUF, BAKE_MS: bakeMs });

/** Of a rollout that would last for an hour: its events are there meanwhile, and its end is told. */
async function expectEventsMeanwhile({ lines, hasEnded, ended }: Running): Promise<void> {
  const trial = (): boolean => lines.some((line) => line.includes('"rollout.host.trial"'));
  await eventually(trial, { timeoutMs: 60_000, describe: () => `events of it; so far ${lines.join('\n')}` });
  const { id, phase } = (await cluster.cli('rollout', 'status', '--json')).json<{ id: string; phase: string }>();
  expect(hasEnded()).toBe(false);
  expect(['switching', 'baking']).toContain(phase);
  expect((JSON.parse(lines[0] ?? '') as Event).rollout).toBe(id);
  expect((await cluster.cli('rollout', 'abort', id)).code).toBe(0);
  const { code, events } = await ended;
  expect([code, events.at(-1)?.type]).toEqual([21, 'rollout.aborted']);
}

/** What `coordinator rollout watch` prints of the same rollout. */
async function asTheCommandLineSees(events: readonly Event[]): Promise<readonly Event[]> {
  const result = await cluster.cli('rollout', 'watch', events[0]?.rollout ?? '', '--json');
  return result.events<Event>();
}
const told = (events: readonly Event[]): string[] => events.map(({ id, type, host }) => `${id} ${type} ${host ?? ''}`);

beforeAll(async () => {
  cluster = await startCluster();
  await release('1.0.0', 1);
  await release('1.1.0', 2);
  const silent = { command: fault('never-ready.mjs', '${OUTRIDER_HOST_ADDRESS}:18841') };
  const never = web(18841, 3, { ...silent, healthcheck: asked(18841, { start_period: '1s' }) });
  await cluster.push('2.0.0', tree('crew', { vision: never }));
});
afterAll(() => cluster.stop());

it('the shell script releases, and sees the same events', async () => {
  const { code, events, stderr } = await shell('1.0.0', 'crew');
  expect(code, stderr).toBe(0);
  expect(events.at(-1)?.type).toBe('rollout.succeeded');
  expect(told(events)).toEqual(told(await asTheCommandLineSees(events)));
  expect(await shell('1.0.0', 'crew')).toMatchObject({ code: 0, events: [] });
});

it.skipIf(!hasGrpc)('the Python program releases, and sees the same events', async () => {
  const { code, events, stderr } = await python('--version', '1.1.0', '--app', 'crew');
  expect(code, stderr).toBe(0);
  expect(events.at(-1)?.type).toBe('rollout.succeeded');
  expect(told(events)).toEqual(told(await asTheCommandLineSees(events)));
  expect(events.at(-1)?.data).toEqual((await asTheCommandLineSees(events)).at(-1)?.data);
});

it('the shell script prints events while the rollout is under way', async () => {
  await release('1.2.0', 4);
  await expectEventsMeanwhile(startShell('3600000', '1.2.0', 'crew'));
});

it.skipIf(!hasGrpc)('so does the Python program', async () => {
  await release('1.3.0', 5);
  await expectEventsMeanwhile(startPython('3600', '--version', '1.3.0'));
});

it.skipIf(!hasGrpc)('both end with the code of what became of the rollout', async () => {
  const { code, events } = await python('--version', '2.0.0');
  expect([code, events.at(-1)?.type]).toEqual([20, 'rollout.rolled_back']);
  const again = await shell('2.0.0');
  expect([again.code, again.events.at(-1)?.type]).toEqual([20, 'rollout.rolled_back']);
});

it.skipIf(!hasGrpc)('a version that nobody knows is refused in a sentence', async () => {
  const { code, stderr } = await python('--version', '9.9.9');
  expect([code, stderr]).toEqual([4, expect.stringContaining('9.9.9')]);
});
