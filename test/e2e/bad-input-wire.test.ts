/** Whatever a program can send wrongly: ZeroMQ frames, gRPC calls, HTTP requests. Refused by name; nothing is touched. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Push, Request } from 'zeromq';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Command } from '@outrider/shared/gen/outrider/v1/Command.js';
import type { CoordinatorRemote, SidecarRemote } from '@outrider/shared/rpc/client.js';
import { connectSidecar } from '@outrider/shared/rpc/client.js';
import type { OutriderError } from '@outrider/shared/runtime/errors.js';
import { readToken } from '@outrider/shared/runtime/token.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, type ClusterHost, startCluster } from '../support/cluster.js';
import { watchUntouched } from '../support/untouched.js';

const DIGEST = 'a'.repeat(64);
let cluster: Cluster;
let host: ClusterHost;
let coordinator: CoordinatorRemote;
let token: string;
let untouched: () => Promise<void>;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['pc2'] });
  host = cluster.host('pc2');
  coordinator = cluster.coordinatorRemote();
  token = readToken(cluster.layout.token) ?? '';
  await cluster.push('1.0.0', { agents: { sleeper: { command: ['sleep', '3600'] } } });
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
  untouched = await watchUntouched(cluster);
});
afterEach(() => untouched());
afterAll(() => cluster.stop());

describe('frames on the bus', () => {
  const counted = async (result: string): Promise<number> => {
    const text = await (await fetch(`http://${host.address}:8000/metrics`)).text();
    return Number(
      new RegExp(`^outrider_bus_frames_total\\{.*result="${result}".*\\} (\\d+)$`, 'm').exec(text)?.[1] ?? 0,
    );
  };

  it.each<[string, string, (string | Buffer)[]]>([
    ['that is no JSON', 'not_json', ['healthy']],
    ['that is cut off', 'not_json', ['{"type":"beat"']],
    ['that is no text', 'not_json', [Buffer.from([0xff, 0xfe, 0x00])]],
    ['that is empty', 'not_json', ['']],
    ['without a type', 'no_type', ['{"seq":1}']],
    ['that is a list', 'no_type', ['[]']],
    ['of a type that there is not', 'unknown_type', ['{"type":"shutdown"}']],
    ['of a type that every object has', 'unknown_type', ['{"type":"constructor"}']],
    ['with a negative sequence', 'wrong_member', ['{"type":"beat","seq":-1}']],
    ['with an unknown severity', 'wrong_member', ['{"type":"error","error_type":"x","severity":"bad"}']],
    ['with a metric that is no number', 'wrong_member', ['{"type":"metric","name":"a","value":"1"}']],
    ['with a metric of a wrong name', 'wrong_member', ['{"type":"metric","name":"a b","value":1}']],
    ['that asks for a year more', 'wrong_member', ['{"type":"extend","seconds":31536000}']],
    ['that is too large', 'too_large', [`{"type":"beat","pad":"${'x'.repeat(70_000)}"}`]],
    ['in two parts', 'many_parts', ['{"type":"beat"}', '{}']],
  ])('%s is dropped and counted', async (_what, result, frames) => {
    const before = await counted(result);
    const socket = new Push({ linger: 1_000 });
    socket.connect(`ipc://${join(cluster.folder, 'pc2', 'run', 'bus')}`);
    await socket.send(frames);
    await eventually(async () => expect(await counted(result)).toBe(before + 1));
    socket.close();
  });
});

describe('questions on 5555', () => {
  it.each<[string, (string | Buffer)[], RegExp]>([
    ['another word', ['status'], /^error: ask "health_check" in one frame, not "status"$/],
    ['several frames', ['health_check', 'please'], /^error: .*several frames$/],
    ['nothing', [''], /^error: /],
    ['bytes', [Buffer.from([0, 1, 2])], /^error: /],
  ])('%s', async (_what, frames, expected) => {
    const socket = new Request({ linger: 0, receiveTimeout: 10_000 });
    socket.connect(`tcp://${host.address}:5555`);
    await socket.send(frames);
    expect(String(await socket.receive())).toMatch(expected);
    socket.close();
  });

  it('a stranger who speaks HTTP there harms nobody', async () => {
    const stranger = connect(5555, host.address).on('error', () => undefined);
    stranger.write('GET / HTTP/1.1\r\n\r\n');
    const socket = new Request({ linger: 0, receiveTimeout: 10_000 });
    socket.connect(`tcp://${host.address}:5555`);
    await socket.send('health_check');
    expect(String(await socket.receive())).toBe('healthy');
    socket.close();
    stranger.destroy();
  });
});

type Refused = Pick<OutriderError, 'code' | 'message'>;
const refusalOf = (call: Promise<unknown>): Promise<Refused> =>
  call.then(
    () => ({ code: 'internal', message: 'it was accepted' }),
    (error: unknown) => error as OutriderError,
  );
async function first(stream: AsyncIterable<unknown>): Promise<unknown> {
  for await (const message of stream) return message;
  return undefined;
}

describe('calls to a sidecar', () => {
  const command = (more: Partial<Command> = {}): Command => ({
    app: 'default',
    fence: { epoch: 1_000_000, rollout: 1_000_000, step: 1 },
    holder: 'test',
    rollout: 'r1000000',
    by: 'test',
    ...more,
  });
  const release = { version: '2.0.0', digest: DIGEST, specDigest: DIGEST };
  const stale = { epoch: 1, rollout: 0, step: 0 };

  it.each<[string, (remote: SidecarRemote) => Promise<unknown>, string, RegExp]>([
    ['Stage without a command', (remote) => remote.Stage({ release }), 'invalid', /^command is missing/],
    [
      'Stage without a fence',
      (remote) => remote.Stage({ command: { app: 'default' }, release }),
      'invalid',
      /^command\.fence is missing/,
    ],
    ['Switch without a release', (remote) => remote.Switch({ command: command() }), 'invalid', /^release is missing/],
    [
      'Stage for an app that is a path',
      (remote) => remote.Stage({ command: command({ app: '../etc' }), release }),
      'invalid',
      /app/,
    ],
    [
      'Stage of a digest that is none',
      (remote) => remote.Stage({ command: command(), release: { ...release, digest: '../x' } }),
      'invalid',
      /digest/,
    ],
    [
      'Stage of other bytes than announced',
      (remote) =>
        remote.Stage({ command: command(), release, manifest: Buffer.from('{}'), hostSpec: Buffer.from('{}') }),
      'invalid',
      /sha256|manifest|spec/i,
    ],
    [
      'Switch by nobody',
      (remote) => remote.Switch({ command: command({ holder: '' }), release, rolloutRecord: '{}' }),
      'invalid',
      /holder/,
    ],
    [
      'Switch by an epoch that cannot be',
      (remote) =>
        remote.Switch({ command: command({ fence: { epoch: 0, rollout: 1, step: 1 } }), release, rolloutRecord: '{}' }),
      'invalid',
      /^command\.fence\.epoch/,
    ],
    [
      'Switch with a late fence',
      (remote) => remote.Switch({ command: command({ fence: stale }), release, rolloutRecord: '{}' }),
      'refused',
      /epoch|fence|bound/i,
    ],
    [
      'Commit with a late fence',
      (remote) => remote.Commit({ command: command({ fence: stale }) }),
      'refused',
      /epoch|fence|bound/i,
    ],
    [
      'Revert with a late fence',
      (remote) => remote.Revert({ command: command({ fence: stale }), reason: 'late' }),
      'refused',
      /epoch|fence|bound/i,
    ],
    [
      'Renew of what is not on trial',
      (remote) => remote.Renew({ app: 'default', epoch: 1, holder: 'test', rollout: 'r1', confirmWithinMs: 1_000 }),
      'refused',
      /./,
    ],
    ['BindEpoch to nobody', (remote) => remote.BindEpoch({ epoch: 1, holder: '' }), 'invalid', /holder/],
    [
      'BindEpoch below the highest',
      (remote) => remote.BindEpoch({ epoch: 1, holder: 'somebody-else' }),
      'refused',
      /./,
    ],
    ['BindEpoch to a negative one', (remote) => remote.BindEpoch({ epoch: -1, holder: 'x' }), 'invalid', /epoch/],
    [
      'ControlAgent with an unknown action',
      (remote) => remote.ControlAgent({ action: 'explode' }),
      'invalid',
      /^action must be start, stop, restart or scale, not "explode"/,
    ],
    [
      'ControlAgent of an unknown agent',
      (remote) => remote.ControlAgent({ action: 'stop', agents: ['sleepr'] }),
      'not_found',
      /No agent sleepr on host pc2\. Did you mean "sleeper"\?/,
    ],
    [
      'ControlAgent of another host',
      (remote) => remote.ControlAgent({ action: 'stop', host: 'main-pc' }),
      'not_found',
      /This is host pc2, not main-pc/,
    ],
    [
      'Logs of an agent that is a path',
      (remote) => first(remote.Logs({ agent: '../../etc/passwd' })),
      'not_found',
      /./,
    ],
  ])('%s', async (_what, call, code, expected) => {
    const refusal = await refusalOf(call(host.remote));
    expect(refusal.message).toMatch(expected);
    expect(refusal.code).toBe(code);
  });

  it.each<[string, (remote: SidecarRemote) => Promise<unknown>]>([
    ['Stage', (remote) => remote.Stage({ command: command(), release })],
    ['Switch', (remote) => remote.Switch({ command: command(), release })],
    ['Commit', (remote) => remote.Commit({ command: command() })],
    ['Revert', (remote) => remote.Revert({ command: command() })],
    ['Renew', (remote) => remote.Renew({ app: 'default' })],
    ['BindEpoch', (remote) => remote.BindEpoch({ epoch: 1_000_000, holder: 'x' })],
    ['ControlAgent', (remote) => remote.ControlAgent({ action: 'stop' })],
    ['Logs', (remote) => first(remote.Logs({ agent: 'sleeper' }))],
  ])('%s without the token, or with another', async (_method, call) => {
    for (const wrong of [undefined, 'x'.repeat(43)]) {
      const remote = connectSidecar({ endpoint: `${host.address}:7070`, token: wrong });
      const refusal = await refusalOf(call(remote));
      remote.close();
      expect(refusal.message).toMatch(/needs the token: metadata "authorization: Bearer TOKEN"/);
      expect(refusal.code).toBe('unauthenticated');
    }
  });
});

describe('calls to the coordinator', () => {
  const start = { version: '1.0.0', requestId: 'x', by: 'test' };
  it.each<[string, () => Promise<unknown>, string, RegExp]>([
    ['a rollout of no version', () => coordinator.PlanRollout({}), 'invalid', /^version: it is missing/],
    ['a version that is a path', () => coordinator.PlanRollout({ version: '../../etc' }), 'invalid', /is no version/],
    [
      'a host twice',
      () => coordinator.PlanRollout({ version: '1.0.0', hosts: ['pc2', 'pc2'] }),
      'invalid',
      /"pc2" is named twice/,
    ],
    [
      'a negative bake',
      () => coordinator.PlanRollout({ version: '1.0.0', bakeMs: -1 }),
      'invalid',
      /^bake_ms: -1 is no whole number/,
    ],
    [
      'a lease of no time',
      () => coordinator.PlanRollout({ version: '1.0.0', confirmWithinMs: 0 }),
      'invalid',
      /^confirm_within_ms/,
    ],
    [
      'a commit that there is not',
      () => coordinator.PlanRollout({ version: '1.0.0', commit: 'later' }),
      'invalid',
      /"later" is none of together, each/,
    ],
    ['a start without an id', () => coordinator.StartRollout({ version: '1.0.0' }), 'invalid', /^request_id/],
    [
      'a plan that is another',
      () => coordinator.StartRollout({ ...start, expectPlan: 'feed' }),
      'refused',
      /The plan is another by now/,
    ],
    ['a rollout that there is not', () => coordinator.GetRollout({ rollout: 'r999' }), 'not_found', /no rollout r999/],
    ['an id that is none', () => coordinator.GetRollout({ rollout: '*' }), 'invalid', /no id of a rollout/],
    [
      'control by an unknown word',
      () => coordinator.ControlRollout({ rollout: 'r1', action: 'explode' }),
      'invalid',
      /none of pause, resume, promote, abort/,
    ],
    [
      'control of one that has ended',
      () => coordinator.ControlRollout({ rollout: 'r1', action: 'pause' }),
      'refused',
      /./,
    ],
    [
      'a manifest that is none',
      () => coordinator.PushRelease({ version: '9.0.0', manifest: Buffer.from('no') }),
      'invalid',
      /is no JSON/,
    ],
    [
      'a manifest that leads out',
      () =>
        coordinator.PushRelease({
          version: '9.0.0',
          manifest: Buffer.from('{"app":"default","entries":[{"kind":"folder","path":"../x"}]}'),
        }),
      'invalid',
      /\.\.\/x/,
    ],
    [
      'a manifest of contents that are not there',
      () =>
        coordinator.PushRelease({
          version: '9.0.0',
          manifest: Buffer.from(
            `{"app":"default","entries":[{"kind":"file","mode":420,"path":"agents.yaml","sha256":"${DIGEST}","size":1}]}`,
          ),
        }),
      'invalid',
      /./,
    ],
    [
      'a content with another digest',
      () => coordinator.PutBlobs(blobs({ sha256: DIGEST, data: Buffer.from('x'), last: true })),
      'invalid',
      /./,
    ],
    [
      'a content without a digest',
      () => coordinator.PutBlobs(blobs({ data: Buffer.from('x'), last: true })),
      'invalid',
      /./,
    ],
    ['a digest that is a path', () => first(coordinator.Blobs({ sha256: ['../../token'] })), 'invalid', /./],
    [
      'an agent that there is not',
      () => coordinator.ControlAgent({ action: 'restart', agents: ['nobody'] }),
      'not_found',
      /nobody/,
    ],
    ['a negative number of lines', () => first(coordinator.Logs({ agent: 'sleeper', lines: -1 })), 'invalid', /^lines/],
  ])('%s', async (_what, call, code, expected) => {
    const refusal = await refusalOf(call());
    expect(refusal.message).toMatch(expected);
    expect(refusal.code).toBe(code);
  });

  it.each<[string, (remote: CoordinatorRemote) => Promise<unknown>]>([
    ['StartRollout', (remote) => remote.StartRollout(start)],
    ['Rollback', (remote) => remote.Rollback({ requestId: 'x' })],
    ['ControlRollout', (remote) => remote.ControlRollout({ action: 'abort' })],
    ['PushRelease', (remote) => remote.PushRelease({ version: '9.0.0' })],
    ['PutBlobs', (remote) => remote.PutBlobs(blobs())],
    ['Blobs', (remote) => first(remote.Blobs({ sha256: [DIGEST] }))],
    ['ControlAgent', (remote) => remote.ControlAgent({ action: 'stop' })],
    ['Logs', (remote) => first(remote.Logs({ agent: 'sleeper' }))],
  ])('%s without the token', async (_method, call) => {
    const refusal = await refusalOf(call(cluster.coordinatorRemote('x'.repeat(43))));
    expect(refusal.message).toMatch(/needs the token/);
    expect(refusal.code).toBe('unauthenticated');
  });
});

async function* blobs(...pieces: object[]): AsyncGenerator<object> {
  yield* pieces;
}

interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Every refusal is `{"error": SENTENCE}`. */
const errorIn = (text: string): string => (JSON.parse(text) as { error: string }).error;

function ask(address: string, port: number, { method = 'GET', path, headers = {}, body }: Ask) {
  return new Promise<{ status: number; error: string }>((resolve, reject) => {
    const sent = request(
      { host: address, port, method, path, headers: { ...headers, connection: 'close' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, error: errorIn(text) }));
      },
    );
    sent.on('error', reject).end(body);
  });
}

describe('HTTP', () => {
  const post = (more: Partial<Ask> = {}): Ask => ({ method: 'POST', path: '/rollback', ...more });
  const trusted = (): Record<string, string> => ({ authorization: `Bearer ${token}` });

  it.each<[string, () => Ask, number, RegExp]>([
    ['/rollback without the token', () => post(), 401, /needs the token/],
    [
      '/rollback with another token',
      () => post({ headers: { authorization: `Bearer ${'x'.repeat(43)}` } }),
      401,
      /needs the token/,
    ],
    ['/rollback with GET', () => post({ method: 'GET' }), 405, /./],
    [
      '/rollback from a page of a foreign origin',
      () => post({ headers: { ...trusted(), origin: 'http://evil.example' } }),
      403,
      /Pages of http:\/\/evil\.example may not/,
    ],
    ['/rollback from a sandboxed page', () => post({ headers: { ...trusted(), origin: 'null' } }), 403, /may not/],
    [
      'a name that was made to point here',
      () => ({ path: '/status', headers: { host: 'evil.example:7777' } }),
      403,
      /evil\.example/,
    ],
    ['/rollback with a body that is no JSON', () => post({ headers: trusted(), body: '{' }), 400, /no JSON/],
    ['/rollback with a list', () => post({ headers: trusted(), body: '[]' }), 400, /must be a JSON object/],
    [
      '/rollback with an unknown field',
      () => post({ headers: trusted(), body: '{"ap":"x"}' }),
      400,
      /ap: this field is not known/,
    ],
    [
      '/rollback with a field of the wrong kind',
      () => post({ headers: trusted(), body: '{"hosts":"pc2"}' }),
      400,
      /hosts: expected is a list/,
    ],
    [
      '/rollback with an unknown strategy',
      () => post({ headers: trusted(), body: '{"strategy":"hope"}' }),
      400,
      /"hope" is none of/,
    ],
    ['/rollback with nothing to go back to', () => post({ headers: trusted() }), 409, /./],
    ['/rollback with a body without end', () => post({ headers: trusted(), body: 'x'.repeat(100_000) }), 413, /./],
    ['a path that there is not', () => ({ path: '/nothing' }), 404, /./],
    ['a path that is not well formed', () => ({ path: '/%zz' }), 404, /./],
  ])('of the coordinator: %s', async (_what, asked, status, expected) => {
    const answer = await ask(`${cluster.layout.network}.1`, 7777, asked());
    expect([answer.status, answer.error]).toEqual([status, expect.stringMatching(expected)]);
    expect(answer.error).not.toMatch(/\n {4}at /);
  });

  it.each<[string, () => Ask, number, RegExp]>([
    ['an action without the token', () => ({ method: 'POST', path: '/agents/sleeper/stop' }), 401, /needs the token/],
    ['an action with GET', () => ({ path: '/agents/sleeper/stop', headers: trusted() }), 405, /takes POST/],
    [
      'an action that there is not',
      () => ({ method: 'POST', path: '/agents/sleeper/explode', headers: trusted() }),
      404,
      /There is nothing at/,
    ],
    [
      'an action from a foreign page',
      () => ({
        method: 'POST',
        path: '/agents/sleeper/stop',
        headers: { ...trusted(), origin: 'https://evil.example' },
      }),
      403,
      /evil\.example/,
    ],
    [
      'an agent that there is not',
      () => ({ path: '/health/sleepr' }),
      404,
      /No agent sleepr on host pc2\. Did you mean "sleeper"\?/,
    ],
    ['a path that is not well formed', () => ({ path: '/health/%00' }), 400, /not well formed/],
    ['a path that leads out', () => ({ path: '/health/..%2f..%2fetc' }), 400, /not well formed/],
    ['a method that there is not', () => ({ method: 'DELETE', path: '/health' }), 405, /Only GET and POST/],
    ['a body that nobody asked for', () => ({ method: 'POST', path: '/health', body: 'x'.repeat(10_000) }), 413, /./],
  ])('of a sidecar: %s', async (_what, asked, status, expected) => {
    const answer = await ask(host.address, 8080, asked());
    expect([answer.status, answer.error]).toEqual([status, expect.stringMatching(expected)]);
  });

  it('is not what was sent', async () => {
    const socket = connect(7777, `${cluster.layout.network}.1`);
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString())).on('error', () => undefined);
    socket.write('HELLO\r\n\r\n');
    await eventually(() => heard.startsWith('HTTP/1.1 400'));
    socket.destroy();
  });

  it('a WebSocket of a foreign page is refused', async () => {
    const socket = new WebSocket(`ws://${cluster.layout.network}.1:7778/`, { origin: 'http://evil.example' });
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('open', () => resolve('open'));
      socket.on('error', () => undefined);
    });
    socket.terminate();
    expect(status).toBe(403);
  });
});
