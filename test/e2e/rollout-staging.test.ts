/** Releases that can't be staged: refused or given up with one clear reason, and nothing that runs is touched. */
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../support/cluster.js';
import { type Event, asked, fault, lastEvent, pids, steps, tree, versions, web } from '../support/rollout-kit.js';

const APP = 'fixed';
const PORT = 18201;
let cluster: Cluster;
let before: Record<string, number>;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'] });
  await cluster.push('1.0.0', tree(APP, { vision: web(PORT) }));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
  before = pids(cluster, APP);
  expect(Object.keys(before)).toEqual(expect.arrayContaining(['alpha/vision.0', 'beta/vision.0']));
});
afterEach(async () => {
  expect(pids(cluster, APP)).toEqual(before);
  // The other host may still be fetching.
  await eventually(async () => expect(await versions(cluster, APP)).toEqual({ alpha: '1.0.0', beta: '1.0.0' }));
});
afterAll(() => cluster.stop());

/** The coordinator's copy of a content. */
function blobOf(content: string): string {
  const digest = createHash('sha256').update(content).digest('hex');
  return join(cluster.folder, 'coordinator', 'data', 'blobs', digest.slice(0, 2), digest);
}

describe('a release whose content is', () => {
  it.each([
    ['missing', '2.0.0', (path: string) => rmSync(path)],
    ['changed', '2.0.1', (path: string) => writeFileSync(path, 'something else')],
    ['cut short', '2.0.2', (path: string) => writeFileSync(path, 'the model of')],
  ])('%s on the disk of the coordinator', async (_what, version, spoil) => {
    const content = `the model of ${version}`;
    await cluster.push(version, tree(APP, { vision: web(PORT, 2) }, { 'model.bin': content }));
    spoil(blobOf(content));
    const result = await cluster.rollout(version);
    expect(result.code).toBe(20);
    expect(lastEvent(result)).toMatchObject({
      type: 'rollout.rolled_back',
      reason: expect.stringMatching(/(alpha|beta) could not stage the release: .*\w/) as string,
    });
    expect(steps(result.events<Event>(), 'switching')).toEqual([]);
  });
});

describe('a release', () => {
  const at = (port: number): string => `\${OUTRIDER_HOST_ADDRESS}:${port}`;
  const socket = (listen: string) => ({
    command: fault('shared-socket.mjs'),
    sockets: [{ name: 'http', listen }],
    healthcheck: asked(PORT + 1),
  });

  it.each<[string, string, () => Record<string, object>, number, RegExp]>([
    [
      'for an unknown host',
      '3.0.0',
      () => ({ vision: web(PORT, 1, { hosts: ['alpa'] }) }),
      2,
      /"alpa".*Did you mean "alpha"\?/,
    ],
    [
      "that claims the sidecar's port",
      '3.0.1',
      () => ({ vision: socket(at(7070)) }),
      2,
      /vision wants 127\.\S+:7070, which is taken by the sidecar's gRPC/,
    ],
    [
      "that claims the coordinator's port",
      '3.0.2',
      () => ({ vision: socket(`${cluster.layout.network}.1:7777`) }),
      2,
      /:7777, which is taken by the coordinator/,
    ],
    [
      'that wants a socket twice',
      '3.0.3',
      () => ({ one: socket(at(PORT + 1)), two: socket(at(PORT + 1)) }),
      2,
      /socket "http" of agent two wants \S+, which is taken by socket "http" of agent one/,
    ],
    [
      'that runs a program it does not have',
      '3.0.4',
      () => ({ vision: { command: ['bin/vision'] } }),
      2,
      /runs "bin\/vision", which is no file of the release/,
    ],
    [
      'that needs a setting nobody made',
      '3.0.5',
      () => ({ vision: web(PORT, 1, { environment: { KEY: '${NO_SUCH_SETTING}' } }) }),
      2,
      /NO_SUCH_SETTING/,
    ],
  ])('%s', async (_what, version, agents, code, expected) => {
    await cluster.push(version, tree(APP, agents()));
    const plan = await cluster.cli('rollout', '--version', version, '--plan', '--json');
    expect(plan.code).toBe(2);
    expect(plan.json<{ readonly problems: readonly string[] }>().problems.join('\n')).toMatch(expected);
    const result = await cluster.rollout(version);
    expect([result.code, result.error()]).toEqual([code, expect.stringMatching(expected)]);
    expect(result.stderr).toMatch(/^Error: /);
  });

  it('whose dependencies go round in a circle is not even stored', async () => {
    const agents = { a: web(PORT, 1, { depends_on: ['b'] }), b: web(PORT + 1, 1, { depends_on: ['a'] }) };
    const pushed = await cluster.cli('release', 'push', cluster.release(tree(APP, agents)), '--version', '4.0.0');
    expect([pushed.code, pushed.stdout]).toEqual([2, '']);
    expect(pushed.stderr).toMatch(/depends_on goes round in a circle: a -> b -> a/);
    expect((await cluster.rollout('4.0.0')).code).toBe(2);
  });

  it('for a host that is named wrongly on the command line', async () => {
    const result = await cluster.rollout('1.0.0', '--hosts', 'alpa');
    expect(result.code).toBe(2);
    expect(result.error()).toMatch(/"alpa", which is no host of this environment\. Did you mean "alpha"\?/);
  });
});
