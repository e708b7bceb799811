/** Everything that is known of a rollout, in one file. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { isStep, lastEvent, tree, web } from '../support/rollout-kit.js';

const APP = 'seen';
const PORT = 18401;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'] });
  await cluster.push('1.0.0', tree(APP, { vision: web(PORT, 1, { environment: { API_KEY: 'hunter1', REV: '1' } }) }));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterAll(() => cluster.stop());

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

/** Path to content of every file in an archive, as the machine's own tar unpacks it. */
function unpacked(archive: string, name: string): ReadonlyMap<string, string> {
  const folder = join(cluster.folder, `unpacked-${name}`);
  mkdirSync(folder);
  execFileSync('tar', ['-xzf', archive, '-C', folder]);
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    paths.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

const evidence = (id: string, ...words: readonly string[]) => cluster.cli('rollout', 'evidence', id, ...words);
const linesOf = <T>(text: string | undefined): T[] =>
  (text ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

it('of one that has failed: each file is what it says, and has no secret', async () => {
  const talks = ['sh', '-c', 'echo started with API_TOKEN=hunter3; echo plain words; exit 3'];
  await cluster.push(
    '2.0.0',
    tree(APP, { vision: web(PORT, 1, { command: talks, environment: { API_KEY: 'hunter2', REV: '2' } }) }),
  );
  const result = await cluster.rollout('2.0.0', '--message', 'with --password hunter4');
  expect(result.code).toBe(20);
  const { rollout: id = '' } = lastEvent(result);
  const file = join(cluster.folder, 'failed.tar.gz');
  const written = await evidence(id, '--output', file, '--json');
  expect([written.code, written.stderr]).toEqual([0, '']);
  const bytes = readFileSync(file);
  expect(written.json()).toEqual({ file, bytes: bytes.length, sha256: sha256(bytes) });

  const files = unpacked(file, 'failed');
  const names = ['README.txt', 'rollout.json', 'plan.json', 'events.jsonl', 'decisions.jsonl', 'timings.json'];
  const all = [...names, 'samples.json', 'operator.json', 'hosts.json', 'manifest.json', 'logs/alpha/vision.log'];
  expect([...files.keys()].sort()).toEqual(all.map((name) => `${id}/${name}`).sort());
  const text = (name: string): string => files.get(`${id}/${name}`) ?? '';
  const json = (name: string): unknown => JSON.parse(text(name));

  expect(json('rollout.json')).toMatchObject({ id, phase: 'rolled_back', culprit: { agent: 'vision', host: 'alpha' } });
  expect(json('plan.json')).toMatchObject({
    app: APP,
    version: '2.0.0',
    hosts: [{ host: 'alpha', wave: 1 }, { host: 'beta' }],
  });
  const events = linesOf<{ type: string; rollout?: string; host?: string }>(text('events.jsonl'));
  const types = events.map(({ type }) => type);
  expect(types).toEqual(
    expect.arrayContaining(['rollout.started', 'rollout.host.failed', 'rollout.rolled_back', 'agent.exited']),
  );
  expect(events.filter(({ rollout = id }) => rollout !== id)).toEqual([]);
  const decisions = linesOf<{ revision: number; events: { kind: string }[]; phase: object; commands: unknown[] }>(
    text('decisions.jsonl'),
  );
  expect(decisions[0]).toMatchObject({
    revision: 1,
    events: [{ kind: 'begin' }],
    commands: [{ kind: 'stage' }, { kind: 'stage' }],
  });
  expect(decisions.map(({ revision }) => revision)).toEqual(decisions.map((_decision, index) => index + 1));
  expect(decisions.at(-1)).toMatchObject({ phase: { to: 'rolled_back' } });
  expect(decisions.at(-1)?.events.at(-1)).toMatchObject({ kind: 'report' });
  expect(json('timings.json')).toMatchObject({
    seconds: expect.any(Number) as number,
    hosts: [
      {
        host: 'alpha',
        states: expect.arrayContaining([
          expect.objectContaining({ state: 'switching', seconds: expect.any(Number) as number }),
        ]) as unknown,
      },
      {},
    ],
  });
  expect(json('samples.json')).toEqual({ gates: [], samples: {}, events: [] });
  expect(json('operator.json')).toMatchObject({
    by: expect.stringContaining('@') as string,
    message: 'with --password (hidden)',
    did: [],
  });
  expect(json('hosts.json')).toMatchObject([
    { name: 'alpha', state: 'up' },
    { name: 'beta', state: 'up', status: { host: 'beta' } },
  ]);
  expect(text('logs/alpha/vision.log')).toMatch(/vision\.0 started with API_TOKEN=\(hidden\)\nvision\.0 plain words\n/);
  for (const name of all.slice(1)) expect(text('README.txt')).toContain(name.startsWith('logs/') ? 'logs/' : name);
  expect(json('manifest.json')).toMatchObject({
    rollout: id,
    files: all
      .filter((name) => name !== 'manifest.json')
      .map((name) => ({ name, bytes: Buffer.byteLength(text(name)), sha256: sha256(Buffer.from(text(name))) }))
      .sort((a, b) => order(a.name) - order(b.name)),
  });
  expect([...files.values()].join('\n')).not.toMatch(/hunter/);
});

const ORDER = 'README rollout plan events decisions timings samples operator hosts logs'.split(' ');
const order = (name: string): number => ORDER.findIndex((word) => name.startsWith(word));

it('of one that runs, with who has paused it', async () => {
  await cluster.push('3.0.0', tree(APP, { vision: web(PORT, 3) }));
  const run = cluster.follow(['rollout', '--version', '3.0.0', '--json', '--bake', '60s']);
  await run.line(isStep('alpha', 'trial'));
  expect((await cluster.cli('rollout', 'pause')).code).toBe(0);
  const file = join(cluster.folder, 'running.tar.gz');

  const written = await cluster.cli('rollout', 'evidence', '--output', file);
  expect(written.code).toBe(0);
  expect(written.stdout).toMatch(/running\.tar\.gz: \d+ bytes, sha256 [0-9a-f]{64}/);
  const files = [...unpacked(file, 'running')];
  const find = (name: string): unknown => JSON.parse(files.find(([path]) => path.endsWith(name))?.[1] ?? 'null');
  expect(find('/rollout.json')).toMatchObject({
    phase: expect.stringMatching(/switching|baking/) as string,
    paused: true,
  });
  expect(find('/operator.json')).toMatchObject({
    did: [{ action: 'pause', by: expect.stringContaining('@') as string }],
  });
  expect(find('/timings.json')).not.toHaveProperty('seconds');
  expect((await cluster.cli('rollout', 'abort')).code).toBe(0);
  expect((await run.result).code).toBe(21);
});

it('overwrites nothing unless told to, leaves no half file, and goes to standard output too', async () => {
  const file = join(cluster.folder, 'there');
  writeFileSync(file, 'mine');
  const refused = await evidence('r1', '--output', file);
  expect([refused.code, readFileSync(file, 'utf8')]).toEqual([4, 'mine']);
  expect(refused.stderr).toMatch(/there is there already.*--force/);
  expect((await evidence('r1', '--output', file, '--force')).code).toBe(0);
  expect(unpacked(file, 'forced').has('r1/rollout.json')).toBe(true);
  const nowhere = await evidence('r1', '--output', join(cluster.folder, 'no', 'such', 'file'));
  expect([nowhere.code, nowhere.stdout]).toEqual([2, '']);
  expect(readdirSync(cluster.folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  expect((await evidence('r1')).code).toBe(2);
  expect((await evidence('r99', '--output', join(cluster.folder, 'x'))).stderr).toMatch(/There is no rollout r99/);
  expect((await evidence('r1', '--output', '-', '--json')).code).toBe(2);
  const piped = await evidence('r1', '--output', '-');
  expect([piped.code, piped.stdout.length > 100]).toEqual([0, true]);
});

it('has the log that the record keeps where the host of a culprit is gone', async () => {
  const [failed] = (await cluster.cli('rollout', 'ls', '--json'))
    .json<{ id: string; phase: string }[]>()
    .filter(({ phase }) => phase === 'rolled_back');
  const { daemon } = cluster.host('alpha');
  await daemon.stop();
  await eventually(
    async () =>
      (await cluster.cli('hosts', '--json'))
        .json<{ name: string; state: string }[]>()
        .some(({ name, state }) => name === 'alpha' && state === 'down'),
    { timeoutMs: 60_000, everyMs: 250 },
  );
  const file = join(cluster.folder, 'gone.tar.gz');
  expect((await evidence(failed?.id ?? '', '--output', file)).code).toBe(0);
  const log = unpacked(file, 'gone').get(`${failed?.id ?? ''}/logs/alpha/vision.log`);
  expect(log).toMatch(
    /^\[outrider\] Host alpha is down\. These lines are from the record.*\nstarted with API_TOKEN=\(hidden\)\n/,
  );
  daemon.start();
  await cluster.ready();
});

it('needs the token', async () => {
  const stranger = cluster.coordinatorRemote('another-token-entirely');
  const read = async (): Promise<void> => {
    for await (const chunk of stranger.Evidence({ rollout: 'r1' })) expect(chunk.data.length).toBe(0);
  };
  await expect(read()).rejects.toMatchObject({ code: 'unauthenticated' });
});
