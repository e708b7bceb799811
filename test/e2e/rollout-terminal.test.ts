/** `coordinator rollout` on a real terminal: what is drawn of one that fails, and who looks on may leave. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.js';
import { BINS, cleanEnvironment } from '../support/cluster-layout.js';
import { fault, tree } from '../support/rollout-kit.js';
import { inTerminal, type Seen, type Step, type TerminalOptions } from '../support/terminal.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });
const SECONDS = 150;
const [STOP, GO_ON] = [19, 18];
const CTRL_C = '\u0003';
const COLOURED = /\u001b\[(3[1-4]|90|1)m/;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'], sidecar: { samples: { every: '200ms', keep: '1m' } } });
});
afterAll(() => cluster.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(cluster.lastWords())));

function onTerminal(
  words: readonly string[],
  steps: readonly Step[] = [],
  { env, ...more }: Partial<TerminalOptions> = {},
): Promise<Seen> {
  const ours = {
    ...{ ...cleanEnvironment(cluster.layout), OUTRIDER_TOKEN_FILE: cluster.layout.token },
    ...{ OUTRIDER_ENDPOINT: `${cluster.layout.network}.1:7077`, ...env },
  };
  const command = [process.execPath, BINS.coordinator, ...words];
  return inTerminal(command, steps, { seconds: SECONDS, ...more, env: ours });
}

/** The line at the top of the block: `- r7  2.0.0  baking  3 s`. */
const HEAD = /^. r\d+ {2}\S+ {2}\w+/;
const heads = (screen: readonly string[]): string[] => screen.filter((line) => HEAD.test(line));
/** How often the block was drawn over. */
const redraws = ({ output }: Seen): number => [...output.matchAll(/\u001b\[\d+A/g)].length;

const calm = { command: ['sleep', '1000'], stop_grace_period: '1s' };

it('a gate that fails: hosts with their steps, the gate with what it saw, and the culprit; drawn over in one place', async () => {
  const healthcheck = { exec: ['true'], critical: false, interval: '1s' };
  const restless = { command: fault('exit-after.mjs', '1.5', '3'), healthcheck };
  await cluster.push('1.0.0', tree('restless', { worker: { ...calm, healthcheck } }));
  expect((await cluster.rollout('1.0.0', '--app', 'restless')).code).toBe(0);
  const gates = [{ metric: 'agent_restarts', max: 0, interval: '100ms' }];
  await cluster.push('2.0.0', { ...tree('restless', { worker: restless }), gates });
  const seen = await onTerminal(
    ['rollout', '--version', '2.0.0', '--app', 'restless', '--bake', '60s'],
    [{ until: 'alpha  ####.' }, { until: 'gate agent_restarts' }, { until: 'alpha  <<<<<' }],
  );
  expect([seen.code, seen.restored]).toEqual([20, true]);
  expect(seen.output).toMatch(/gate agent_restarts {2}\u001b\[31mfail\u001b\[0m[^\r]* {2}value \d+, limit 0/);
  expect(seen.output).toMatch(COLOURED);
  expect(redraws(seen)).toBeGreaterThan(5);
  const screen = seen.screen();
  expect(heads(screen)).toEqual([expect.stringMatching(/^ {2}r\d+ {2}2\.0\.0 {2}rolled_back {2}\d+ s$/)]);
  expect(screen.filter((line) => /^ {4}(alpha|beta) /.test(line))).toHaveLength(2);
  expect(screen).toContainEqual(expect.stringMatching(/^ {4}alpha {2}<<<<< {2}reverted/));
  expect(screen.join('\n')).toMatch(/\nCause: .*worker.* on alpha: .*restarts, more than max 0/);
  // What was said of failures stands above the block, once.
  const failed = screen.findIndex((line) => line.includes('rollout.gate.failed'));
  expect(failed).toBeGreaterThanOrEqual(0);
  expect(failed).toBeLessThan(screen.findIndex((line) => HEAD.test(line)));
});

describe('an agent that ends at once', () => {
  const words = ['rollout', '--version', '2.0.0', '--app', 'broken', '--bake', '300ms'];
  beforeAll(async () => {
    await cluster.push('1.0.0', tree('broken', { model: calm }));
    expect((await cluster.rollout('1.0.0', '--app', 'broken')).code).toBe(0);
    const dies = { command: ['sh', '-c', 'echo there is no such model; exit 3'] };
    await cluster.push('2.0.0', tree('broken', { model: dies }));
  });

  it('is the culprit, with its last lines', async () => {
    const seen = await onTerminal(words, [{ until: 'model.0 on alpha: ' }, { until: '| there is no such model' }]);
    expect(seen.code).toBe(20);
    const screen = seen.screen();
    expect(heads(screen)).toHaveLength(1);
    expect(screen.slice(screen.findIndex((line) => line.startsWith('Cause: ')))).toEqual([
      expect.stringMatching(/^Cause: model\.0 on alpha: .*3/),
      'Its last lines:',
      ...Array<unknown>(screen.filter((line) => line.startsWith('  | ')).length).fill('  | there is no such model'),
    ]);
  });

  it('the same in a narrow terminal, without colour where NO_COLOR says so', async () => {
    const seen = await onTerminal(words, [], { columns: 34, rows: 12, env: { NO_COLOR: '1' } });
    expect(seen.code).toBe(20);
    expect(seen.output).not.toMatch(COLOURED);
    expect(redraws(seen)).toBeGreaterThan(1);
    const screen = seen.screen();
    const head = screen.findIndex((line) => HEAD.test(line));
    const block = screen.slice(
      head,
      screen.findIndex((line, index) => index > head && !line.startsWith('  ')),
    );
    expect(heads(screen)).toHaveLength(1);
    expect(block.length).toBeLessThan(12);
    expect(block.filter((line) => line.length >= 34)).toEqual([]);
  });

  it('is told in plain lines to a terminal that can draw nothing', async () => {
    const seen = await onTerminal(words, [], { env: { TERM: 'dumb' } });
    expect(seen.code).toBe(20);
    expect(seen.output).not.toContain('\u001b');
    expect(seen.output).toMatch(/alpha failed/);
  });
});

it('follows a resize, and is left with Ctrl-C: the rollout goes on', async () => {
  await cluster.push('1.0.0', tree('long', { worker: calm }));
  expect((await cluster.rollout('1.0.0', '--app', 'long')).code).toBe(0);
  await cluster.push('2.0.0', tree('long', { worker: { ...calm, environment: { REV: '2' } } }));
  const words = ['rollout', '--version', '2.0.0', '--app', 'long', '--bake', '10m', '--message', 'a long one'];
  const seen = await onTerminal(words, [
    { until: 'alpha  ####.' },
    // It draws nothing while its size changes: which size a drawing in between had nobody could say.
    { signal: STOP },
    { resize: [10, 26] },
    { signal: GO_ON },
    { until: 'alpha  ####.' },
    { until: 'alpha  ####.' },
    { resize: [30, 100] },
    { until: 'alpha  ####.' },
    { send: CTRL_C },
  ]);
  expect([seen.code, seen.restored]).toEqual([130, true]);
  const screen = seen.screen();
  expect(heads(screen)).toHaveLength(1);
  const { id, phase } = (await cluster.cli('rollout', 'ls', '--app', 'long', '--json')).json<
    { id: string; phase: string }[]
  >()[0]!;
  expect(screen.at(-1)).toBe(
    `The rollout goes on. Look on with \`coordinator rollout watch ${id}\`, take it back with \`coordinator rollout abort ${id}\`.`,
  );
  expect(['switching', 'baking']).toContain(phase);
  expect((await cluster.cli('rollout', 'abort', id)).code).toBe(0);
  expect((await cluster.cli('rollout', 'watch', id)).code).toBe(21);
});
