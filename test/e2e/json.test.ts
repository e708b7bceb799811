/**
 * `--json` of every verb of both programs: the trees of commands are walked, so that a verb that is new has to have its
 * row here. Standard output is JSON and nothing else, also where something goes wrong.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { programOf as coordinatorOf } from '@outrider/coordinator/cli/main.js';
import { programOf as sidecarOf } from '@outrider/sidecar/cli/program.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CliResult, startCli } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { BINS, cleanEnvironment, freeNetwork } from '../support/cluster-layout.js';
import { tree } from '../support/rollout-kit.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

type Words = readonly string[];
/** A verb, the words after it, and the exit codes that it may have here. */
type Row = readonly [verb: string, words?: Words | (() => Promise<Words>), codes?: readonly number[]];

let cluster: Cluster;
const file = (name: string): string => join(cluster.folder, name);
const nobody = (): Promise<void> => Promise.resolve();
const PROGRAMS = { coordinator: coordinatorOf(nobody), sidecar: sidecarOf(nobody) } as const;

const run = (program: keyof typeof PROGRAMS, words: Words): Promise<CliResult> => {
  const env = { ...cleanEnvironment(cluster.layout), OUTRIDER_TOKEN_FILE: cluster.layout.token };
  const endpoint = { OUTRIDER_ENDPOINT: `${cluster.layout.network}.1:7077` };
  return startCli(BINS[program], words, { env: { ...env, ...endpoint } }).result;
};
const release = (version: string): Words => [
  ...[cluster.release(tree('crew', { vision: agent(version) })), '--version', version],
];
const agent = (version: string): object => ({
  ...{ command: ['sh', '-c', 'echo here; exec sleep 1000'], environment: { V: version }, stop_grace_period: '1s' },
  replicas: { min: 1, max: 3 },
});
const keyId = async (): Promise<Words> => {
  const keys = (await run('coordinator', ['release', 'key', 'ls', '--json'])).json<{ id: string }[]>();
  return [keys[0]?.id ?? '', '--yes'];
};
const atPc2 = (): Words => ['--endpoint', `${cluster.host('pc2').address}:7070`];

/** In this order: each finds the fleet as those before it have left it. */
const ROWS: Readonly<Record<keyof typeof PROGRAMS, readonly Row[]>> = {
  coordinator: [
    ['release key create'],
    ['release push', async () => release('1.0.0')],
    ['release push', async () => release('1.1.0')],
    ['release push', async () => release('9.0.0')],
    ['rollout', ['--version', '1.0.0', '--bake', '0s']],
    ['rollout', ['--version', '1.0.0']],
    ['rollout', ['--version', '1.1.0', '--plan'], [10]],
    ['rollout', ['--version', '1.1.0', '--bake', '10m', '--detach']],
    ['rollout', ['--version', '1.1.0'], [4]],
    ['rollout watch', ['--timeout', '1s'], [5]],
    ['rollout pause'],
    ['rollout resume'],
    ['rollout promote'],
    ['rollout abort'],
    ['rollout watch', [], [21]],
    ['rollout status', [], [21]],
    ['rollout ls'],
    ['rollout evidence', async () => ['--output', file('evidence.tar.gz')]],
    ['rollout evidence', ['--output', '-'], [2]],
    ['rollout', ['--version', '1.1.0', '--bake', '0s']],
    ['rollback', ['--plan'], [10]],
    ['rollback'],
    ['status'],
    ['hosts'],
    ['host ls'],
    ['agents'],
    ['agent stop', ['vision']],
    ['agent start', ['vision']],
    ['agent restart', ['vision', '--host', 'pc2']],
    ['agent restart', [], [2]],
    ['agent scale', ['vision', '2']],
    ['top'],
    ['events', ['-n', '5']],
    ['events', ['-f', '--timeout', '8s']],
    ['report'],
    ['errors'],
    ['health test', [], [0, 30]],
    ['health report'],
    ['health history', ['vision']],
    ['health history', ['nobody'], [2]],
    ['logs', ['vision', '-n', '1']],
    ['logs', ['nobody'], [2]],
    // A machine that is busy is something, too.
    ['doctor', [], [0, 30]],
    ['release ls'],
    ['release show', ['1.0.0']],
    ['release tag', ['1.0.0', 'stable']],
    ['release verify', ['1.0.0']],
    ['release sign', ['1.0.0']],
    ['release prune', ['--dry-run']],
    ['release rm', ['9.0.0']],
    ['release key rotate'],
    ['release key ls'],
    ['release key show'],
    ['release key rm', keyId],
    ['emergency', ['--yes'], [0]],
    ['emergency', ['--direct', '--yes'], [0]],
    ['host resume', ['--all']],
    ['completion', ['zsh']],
    ['man', ['rollout', 'watch']],
    ['man', ['nothing'], [2]],
    ['serve', async () => ['--check-config', '--config', file('coordinator.yaml')]],
    ['serve', ['--check-config', '--config', '/nowhere.yaml'], [2]],
  ],
  sidecar: [
    ['status', async () => atPc2()],
    ['status', ['--endpoint', '127.0.0.1:1'], [5]],
    ['logs', async () => ['vision', ...atPc2()]],
    ['stop', async () => ['--all', ...atPc2()]],
    ['start', async () => ['vision', ...atPc2()]],
    ['restart', async () => ['vision', ...atPc2()]],
    ['scale', async () => ['vision', '1', ...atPc2()]],
    ['revert', async () => atPc2()],
    ['emergency', async () => ['--yes', ...atPc2()]],
    ['resume', async () => atPc2()],
    ['import', async () => [file('Procfile')], [0, 30]],
    ['import', async () => [file('Procfile'), '--output', file('agents.yaml')], [0, 30]],
    ['import', ['/nowhere'], [2]],
    ['completion', ['fish']],
    ['man', ['logs']],
    ['run', async () => ['--check-config', '--config', file('pc2.yaml')]],
    ['run', ['--check-config', '--config', '/nowhere.yaml'], [2]],
  ],
};
/** Told by the test below, for it has to be ended. */
const UNTIL_ENDED = ['dev'];

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['main-pc', 'pc2'] });
  writeFileSync(file('Procfile'), 'web: node web.js\n');
});
afterAll(() => cluster.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(cluster.lastWords())));

/** `release key ls` of every verb that does something. */
function verbsOf(command: Command, path: Words = []): readonly (readonly [string, Command])[] {
  const below = command.commands.flatMap((child) => verbsOf(child, [...path, child.name()]));
  return command.commands.length === 0 ? [[path.join(' '), command]] : below;
}

/** Every line of it as JSON; fails where one is anything else, or where there is none. */
function linesOf({ stdout, stderr }: CliResult): unknown[] {
  expect(stdout, stderr).toMatch(/\n$/);
  return stdout
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe.each(['coordinator', 'sidecar'] as const)('%s', (program) => {
  const verbs = verbsOf(PROGRAMS[program]);

  it('has --json at every verb, and every verb has its row here', () => {
    expect(verbs.length).toBeGreaterThan(10);
    const without = verbs.filter(([, { options }]) => !options.some(({ long }) => long === '--json'));
    expect(without.map(([verb]) => verb)).toEqual([]);
    const tried = new Set([...ROWS[program].map(([verb]) => verb), ...UNTIL_ENDED]);
    expect(verbs.map(([verb]) => verb).filter((verb) => !tried.has(verb))).toEqual([]);
  });

  it.each(ROWS[program].map(([verb, words = [], codes = [0]]) => ({ verb, words, codes })))(
    '$verb $words $codes',
    async ({ verb, words, codes }) => {
      const given = typeof words === 'function' ? await words() : words;
      const result = await run(program, [...verb.split(' '), ...given, '--json']);
      expect(codes, `${result.stdout}${result.stderr}`).toContain(result.code);
      const lines = linesOf(result);
      const isError = codes.some((code) => [2, 4, 5].includes(code));
      const [error, ...others] = lines
        .slice(isError ? -1 : 0)
        .map((line) => (line as { error?: unknown } | null)?.error);
      if (!isError) expect([error, ...others].every((one) => one === undefined)).toBe(true);
      else expect(`Error: ${String(error)}\n`).toBe(result.stderr.split(/^(?=Error: )/m).at(-1));
    },
  );

  it.each(verbs.map(([verb]) => verb))('%s says what is wrong with the usage as JSON too', async (verb) => {
    const result = await run(program, [...verb.split(' '), '--json', '--no-such-option']);
    expect([result.code, linesOf(result)]).toEqual([2, [{ error: result.stderr.slice('Error: '.length, -1) }]]);
  });
});

it('dev: one line when it is ready, and the rest is for people', async () => {
  const network = await freeNetwork();
  const env = { ...cleanEnvironment(cluster.layout), OUTRIDER_RENDEZVOUS: file('of-dev') };
  const dev = startCli(BINS.coordinator, ['dev', '--net', network, '--json'], { env, keepInputOpen: true });
  await eventually(() => dev.lines.length > 0, { timeoutMs: 90_000, describe: 'dev is ready' });
  const [line = ''] = dev.lines;
  dev.kill('SIGINT');
  const result = await dev.result;
  expect([result.code, linesOf(result)]).toEqual([0, [JSON.parse(line)]]);
  expect(JSON.parse(line)).toMatchObject({
    ...{ ready: true, grpc: `${network}.1:7077`, link: expect.stringContaining('/#token=') as string },
    hosts: [{ name: 'main-pc', address: `${network}.11` }, { name: 'pc2' }],
  });
  expect(result.stderr).toContain('All of it has ended.');
});
