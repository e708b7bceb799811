import { randomUUID } from 'node:crypto';
import { connectCoordinator, type CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { manifestBytes } from '@outrider/shared/release/manifest.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testCoordinator, type TestCoordinator } from '../testing/coordinator.js';

let coordinator: TestCoordinator;
let remote: CoordinatorRemote;
let stranger: CoordinatorRemote;
beforeAll(async () => {
  coordinator = await testCoordinator();
  const endpoint = coordinator.grpc[0]!;
  remote = connectCoordinator({ endpoint, token: coordinator.token });
  stranger = connectCoordinator({ endpoint });
});
afterAll(async () => {
  remote.close();
  stranger.close();
  await coordinator.close();
});

const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

const AGENTS = 'app: app\nagents:\n  web:\n    command: [sleep, "60"]\n';

async function push(version: string, content = ''): Promise<string> {
  const files = { 'agents.yaml': Buffer.from(AGENTS), content: Buffer.from(content) };
  const entries = Object.entries(files).map(([path, data]) => ({
    kind: 'file' as const,
    path,
    mode: 0o644,
    size: data.length,
    sha256: sha256(data),
  }));
  const manifest = Buffer.from(manifestBytes({ app: 'app', entries }));
  const wanted = (await remote.OfferRelease({ manifest })).sha256;
  const missing = Object.values(files).filter((data) => wanted.includes(sha256(data)));
  async function* pieces() {
    for (const data of missing) yield { sha256: sha256(data), data, last: true };
  }
  await remote.PutBlobs(pieces());
  return (await remote.PushRelease({ version, manifest, by: 'ann@test' })).digest;
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('releases', () => {
  test('pushed, listed, shown, and their contents given back', async () => {
    const digest = await push('1.0.0', 'x'.repeat(600_000));
    const shown = await remote.ShowRelease({ version: 'latest' });
    expect(shown.agentsYaml).toBe(AGENTS);
    expect(sha256(shown.manifest)).toBe(digest);
    expect((await remote.ListReleases({})).releases).toMatchObject([{ app: 'app', version: '1.0.0', files: 2 }]);
    const pieces = await all(remote.Blobs({ sha256: [sha256('x'.repeat(600_000)), sha256(AGENTS)] }));
    expect(Buffer.concat(pieces.map((piece) => piece.data)).toString()).toBe('x'.repeat(600_000) + AGENTS);
    expect(pieces.filter((piece) => piece.last)).toHaveLength(2);
    const events = await all(remote.Events({ lines: 10 }));
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'release.pushed', version: '1.0.0', by: 'ann@test', app: 'app' }),
    );
  });

  test('the same version with another content is refused', async () => {
    await push('1.5.0', 'one');
    await expect(push('1.5.0', 'two')).rejects.toMatchObject({
      code: 'refused',
      message: matching(/ann@test pushed it at/),
    });
  });
});

describe('who may', () => {
  const rollout = () => ({ version: '1.0.0', by: 'x', requestId: randomUUID() });
  test.each([
    ['OfferRelease', () => stranger.OfferRelease({})],
    ['ChunksOfBlobs', () => all(stranger.ChunksOfBlobs({ sha256: [] }))],
    ['PutBlobs', () => stranger.PutBlobs((async function* () {})())],
    ['Blobs', () => all(stranger.Blobs({ sha256: [] }))],
    ['PushRelease', () => stranger.PushRelease({ version: '1' })],
    ['StartRollout', () => stranger.StartRollout(rollout())],
    ['ControlRollout', () => stranger.ControlRollout({ action: 'abort' })],
    ['Rollback', () => stranger.Rollback({ requestId: 'x' })],
    ['ControlAgent', () => stranger.ControlAgent({ action: 'stop' })],
    ['Logs', () => all(stranger.Logs({ agent: 'web' }))],
  ])('%s needs the token', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  test('what only reads is open', async () => {
    expect(await stranger.Status({})).toMatchObject({ environment: 'test', redis: 'up', hostsTotal: 0 });
    expect((await stranger.Hosts({})).hosts).toEqual([]);
    expect((await stranger.Agents({})).instances).toEqual([]);
    expect((await stranger.ListRollouts({})).rollouts).toEqual([]);
  });
});

describe('every field is checked, and named where it is wrong', () => {
  const ask = (more: object) => remote.StartRollout({ version: '1.0.0', requestId: 'x', ...more });
  const cases: [string, () => Promise<unknown>, RegExp][] = [
    ['no version', () => ask({ version: '' }), /^version: it is missing/],
    ['a bad version', () => ask({ version: '../1' }), /^version: /],
    ['a bad app', () => ask({ app: 'A B' }), /^app: /],
    ['a bad host', () => ask({ hosts: ['ok', '../x'] }), /^hosts\[1\]: /],
    ['a host twice', () => ask({ hosts: ['a', 'a'] }), /^hosts: "a" is named twice/],
    ['a negative bake', () => ask({ bakeMs: -1 }), /^bake_ms: -1/],
    ['an endless bake', () => ask({ bakeMs: 1e12 }), /^bake_ms: /],
    ['a lease too short', () => ask({ confirmWithinMs: 10 }), /^confirm_within_ms: /],
    ['another commit', () => ask({ commit: 'never' }), /^commit: "never" is none of together, each/],
    ['no request id', () => ask({ requestId: '' }), /^request_id: /],
    ['a long message', () => ask({ message: 'x'.repeat(2_000) }), /^message: /],
    ['another action', () => remote.ControlRollout({ action: 'stop' }), /^action: /],
    ['a bad rollout', () => remote.GetRollout({ rollout: '7' }), /^rollout: "7" is no id/],
    ['a bad `to`', () => remote.Rollback({ to: '/', requestId: 'x' }), /^to: /],
    [
      'a choice of nothing',
      () => remote.Rollback({ strategy: 'selective', requestId: 'x' }),
      /^A selective rollback names/,
    ],
    ['an unknown host', () => remote.Agents({ host: 'pc9' }), /^host: pc9 is no host of this fleet/],
    ['another agent action', () => remote.ControlAgent({ action: 'kill' }), /^action: /],
    ['orders for nobody', () => remote.ControlAgent({ action: 'stop' }), /^Name the agents, or say all\.$/],
    ['orders for some and all', () => remote.ControlAgent({ action: 'stop', agents: ['web'], all: true }), /not both/],
    [
      'a scale of two',
      () => remote.ControlAgent({ action: 'scale', agents: ['a', 'b'], replicas: 1 }),
      /^Name the one/,
    ],
    ['a scale of all', () => remote.ControlAgent({ action: 'scale', all: true, replicas: 1 }), /^Name the one agent/],
    ['a scale to nothing', () => remote.ControlAgent({ action: 'scale', agents: ['a'] }), /^replicas: it is missing/],
    ['a scale below 0', () => remote.ControlAgent({ action: 'scale', agents: ['a'], replicas: -1 }), /^replicas: /],
    ['no agent', () => all(remote.Logs({})), /^agents: none is named/],
    ['a moment before all', () => all(remote.Logs({ agent: 'web', since: -1 })), /^since: /],
    ['a name that is none', () => all(remote.Logs({ agents: ['web', 'A B'] })), /^agents\[1\]: /],
    ['negative lines', () => all(remote.Logs({ agent: 'web', lines: -1 })), /^lines: /],
    ['negative count', () => all(remote.Events({ lines: -1 })), /^lines: /],
    ['no digest', () => all(remote.Blobs({ sha256: ['../x'] })), /^sha256: /],
    ['no manifest', () => remote.PushRelease({ version: '9' }), /manifest is no JSON/],
  ];
  test.each(cases)('%s', async (_, call, sentence) => {
    await expect(call()).rejects.toMatchObject({ code: 'invalid', message: matching(sentence) });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['a release', () => remote.ShowRelease({ version: '7.7.7' })],
    ['a rollout', () => remote.GetRollout({ rollout: 'r77' })],
    ['a rollout to watch', () => all(remote.WatchRollout({ rollout: 'r77' }))],
    ['an agent', () => remote.ControlAgent({ action: 'stop', agents: ['web'] })],
    ['an agent to scale', () => remote.ControlAgent({ action: 'scale', agents: ['web'], replicas: 2 })],
  ])('%s that is not there is said so', async (_, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('events are followed as they come, also across a Redis that was away', async () => {
  const types: string[] = [];
  const leaving = new AbortController();
  const following = (async () => {
    for await (const event of remote.Events({ follow: true }, { signal: leaving.signal }))
      types.push(event.version ?? '');
  })().catch(() => undefined);
  await expect
    .poll(async () => {
      await push(`2.0.${types.length}-${randomUUID().slice(0, 8)}`, randomUUID());
      return types.length;
    })
    .toBeGreaterThan(0);
  leaving.abort();
  await following;
});
