/** What agents of two hosts print: looked at and followed through the coordinator, rotated under a sidecar that dies. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { archivesOf } from '@outrider/sidecar/process/log-archives.js';
import { wholeLog } from '@outrider/sidecar/process/testing/rotating.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { FAULTS } from '../support/release-tree.js';

const LINES = 300_000;
let cluster: Cluster;

const said = (name: string): string => join(cluster.folder, `${name}.said`);
const say = (name: string, text: string): void => appendFileSync(said(name), `${text}\n`);
/** Prints what is added to a file of its host. */
const talker = (name: string) => ({
  command: ['sh', '-c', `exec tail -n +1 -F ${cluster.folder}/${name}.$OUTRIDER_HOST.said`],
});
const logOf = (host: string, agent: string): string => join(cluster.folder, host, 'log/agents', `${agent}.0.log`);
const shown = async (...words: string[]): Promise<string[]> => {
  const { code, stdout, stderr } = await cluster.cli('logs', ...words);
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter((line) => line !== '');
};

beforeAll(async () => {
  cluster = await startCluster({
    hosts: ['main-pc', 'pc2'],
    sidecar: { agent_logs: { max_size: '1M', keep: 100 } },
  });
  for (const name of ['ann.main-pc', 'ann.pc2', 'ben.pc2']) writeFileSync(said(name), `I am ${name}\n`);
  await cluster.push('1.0.0', {
    agents: {
      ann: talker('ann'),
      ben: { ...talker('ben'), hosts: ['pc2'] },
      numbers: { command: ['sh', join(FAULTS, 'number-lines.sh'), String(LINES)], hosts: ['main-pc'] },
    },
  });
  expect((await cluster.rollout('1.0.0', '--bake', '0s')).code).toBe(0);
});
afterAll(() => cluster.stop());
beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(cluster.lastWords())));

it('logs: of several agents on several hosts, each line with where it comes from', async () => {
  await eventually(async () =>
    expect((await shown('ann', 'ben')).sort()).toEqual([
      'main-pc/ann.0 | I am ann.main-pc',
      'pc2/ann.0 | I am ann.pc2',
      'pc2/ben.0 | I am ben.pc2',
    ]),
  );
  expect(await shown('ann', '--host', 'pc2')).toEqual(['ann.0 | I am ann.pc2']);
  expect(await shown('ben', '--no-prefix')).toEqual(['I am ben.pc2']);
  const [line] = await shown('ben', '--json');
  expect(JSON.parse(line ?? '')).toEqual({ host: 'pc2', agent: 'ben', instance: 0, line: 'I am ben.pc2' });
  const here = await cluster.host('pc2').cli('logs', 'ann', 'ben');
  expect(here.stdout).toBe('ann.0 | I am ann.pc2\nben.0 | I am ben.pc2\n');
});

it('logs: followed over hosts, and over a sidecar that comes and goes', async () => {
  const run = cluster.follow(['logs', 'ann', 'ben', '-f', '-n', '1']);
  await eventually(() => expect(run.lines.filter((line) => line.includes('I am'))).toHaveLength(3));
  say('ann.main-pc', 'one');
  say('ben.pc2', 'two');
  await run.line((line) => line === 'main-pc/ann.0 | one');
  await run.line((line) => line === 'pc2/ben.0 | two');
  await cluster.host('pc2').daemon.kill();
  say('ann.main-pc', 'three');
  await run.line((line) => line === 'main-pc/ann.0 | three');
  cluster.host('pc2').daemon.start();
  await eventually(() => {
    say('ben.pc2', 'four');
    expect(run.lines).toContain('pc2/ben.0 | four');
  });
  expect(new Set(run.lines).size).toBe(run.lines.length - run.lines.filter((line) => line.endsWith('four')).length + 1);
  run.kill('SIGINT');
  expect((await run.result).code).toBe(130);
});

it('logs: since a moment, through the coordinator', async () => {
  say('ann.main-pc', 'old');
  let moment = '';
  // As soon as its sidecar has seen it.
  await eventually(async () => {
    moment = new Date().toISOString();
    return (await shown('ann', '--host', 'main-pc', '--since', moment)).length === 0;
  });
  say('ann.main-pc', 'new');
  await eventually(async () =>
    expect(await shown('ann', '--host', 'main-pc', '--since', moment, '--no-prefix')).toEqual(['new']),
  );
  expect(await shown('ann', '--host', 'main-pc', '--since', '1h', '--no-prefix')).toContain('I am ann.main-pc');
});

it('logs: 300,000 lines, rotated by a sidecar that is killed again and again: every byte is there', async () => {
  const path = logOf('main-pc', 'numbers');
  const host = cluster.host('main-pc');
  const expected = Array.from({ length: LINES }, (_, n) => `line ${n + 1} of many that are to be found again\n`).join(
    '',
  );
  await eventually(() => archivesOf(path).length > 0);
  for (let kills = 0; kills < 4; kills++) {
    const before = archivesOf(path).length;
    await host.daemon.restart();
    await eventually(() => archivesOf(path).length > before || readFileSync(path).length <= 1024 ** 2, {
      timeoutMs: 60_000,
    });
  }
  await eventually(() => readFileSync(path).length <= 1024 ** 2, { timeoutMs: 60_000 });
  await eventually(async () =>
    expect((await host.cli('logs', 'numbers', '-n', '1', '--no-prefix')).stdout).toBe(
      `${expected.trimEnd().split('\n').at(-1)}\n`,
    ),
  );
  expect(wholeLog(path).equals(Buffer.from(expected))).toBe(true);
  expect(cluster.agents('main-pc', 'numbers')).toHaveLength(1);
});

it.each<[string, string[], RegExp]>([
  ['no agent', [], /Missing required argument 'agents'/],
  ['a name that is none', ['ann', 'A B'], /'A B' is invalid/],
  ['an agent that there is not', ['ann', 'anne'], /There is no agent anne\./],
  ['no moment', ['ann', '--since', 'noon'], /a duration such as .* or a time such as/],
  ['too many lines', ['ann', '-n', '10001'], /lines: expected is a number from 0 to 10000/],
  ['a host that there is not', ['ann', '--host', 'pc9'], /pc9 is no host of this fleet/],
])('logs: %s is refused in a sentence', async (_, words, sentence) => {
  const { code, stdout, stderr } = await cluster.cli('logs', ...words);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(sentence);
});
