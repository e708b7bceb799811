/** Who may change what: nobody without the token, on loopback too; no page of another site, no agent from inside. */
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { connectCoordinator, connectSidecar } from '@outrider/shared/rpc/client.js';
import { coordinatorProto, sidecarProto } from '@outrider/shared/rpc/loader.js';
import { readToken } from '@outrider/shared/runtime/token.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { startCli } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { BINS, cleanEnvironment } from '../support/cluster-layout.js';
import { pids, tree, web } from '../support/rollout-kit.js';
import { watchUntouched } from '../support/untouched.js';

const APP = 'guarded';
let cluster: Cluster;
let untouched: (() => Promise<void>) | undefined;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha'] });
  for (const version of ['1.0.0', '1.1.0']) {
    await cluster.push(version, tree(APP, { victim: web(18501, Number(version[2])), intruder: intruder() }));
    expect((await cluster.rollout(version, '--app', APP)).code).toBe(0);
  }
  untouched = await watchUntouched(cluster);
});
afterEach(() => untouched?.());
afterAll(() => cluster.stop());

const coordinator = (port: number): string => `${cluster.layout.network}.1:${port}`;
const sidecar = (port: number): string => `${cluster.host('alpha').address}:${port}`;
const token = (): string => readToken(cluster.layout.token) ?? '';

describe('gRPC', () => {
  const OPEN = {
    sidecar: ['Status', 'WatchStatus', 'Samples', 'HealthTrends'],
    coordinator: [
      ...['Status', 'ListReleases', 'WatchRollout', 'ListRollouts', 'GetRollout', 'Hosts', 'Agents', 'Events'],
      ...['Report', 'Errors', 'HealthReport', 'HealthHistory'],
    ],
  };
  type Call = (request: object) => Promise<unknown> | AsyncIterable<unknown>;

  /** Every method there is, so that none that comes later is forgotten. */
  function methods(daemon: 'sidecar' | 'coordinator'): string[] {
    const { v1 } = (daemon === 'sidecar' ? sidecarProto() : coordinatorProto()).types.outrider;
    const { service } = 'Sidecar' in v1 ? v1.Sidecar : v1.Coordinator;
    return Object.keys(service).filter((name) => !OPEN[daemon].includes(name));
  }

  it.each([
    ['sidecar', undefined],
    ['sidecar', 'a-token-that-somebody-made-up'],
    ['coordinator', undefined],
    ['coordinator', 'a-token-that-somebody-made-up'],
  ] as const)('every method of the %s that changes something refuses the token %s', async (daemon, wrong) => {
    const remote =
      daemon === 'sidecar'
        ? connectSidecar({ endpoint: sidecar(7070), token: wrong })
        : connectCoordinator({ endpoint: coordinator(7077), token: wrong });
    const names = methods(daemon);
    expect(names.length).toBeGreaterThan(6);
    for (const name of names) {
      const call = (remote as unknown as Record<string, Call>)[name];
      const answer = call?.(name === 'PutBlobs' ? nothing() : {});
      const done = answer instanceof Promise ? answer : first(answer as AsyncIterable<unknown>);
      await expect(done, name).rejects.toMatchObject({
        code: 'unauthenticated',
        message: expect.stringMatching(/token/) as string,
      });
    }
    remote.close();
  });

  async function* nothing(): AsyncGenerator<object> {
    // No blob.
  }
  async function first(stream: AsyncIterable<unknown>): Promise<unknown> {
    for await (const item of stream) return item;
    return undefined;
  }
});

interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** As a browser would send it; `fetch` of Node would not let a test choose Host and Origin. */
function ask(endpoint: string, path: string, { method = 'GET', headers = {}, body = '' }: Asked = {}): Promise<number> {
  const [host, port] = endpoint.split(':');
  return new Promise((resolve, reject) => {
    const asking = request(
      { host, port, path, method, headers: { host: endpoint, ...headers }, agent: false },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    asking.on('error', reject).end(body);
  });
}

describe('HTTP', () => {
  const FACES = (): readonly (readonly [string, string])[] => [
    [coordinator(7777), '/rollback'],
    [coordinator(7779), '/rollback'],
    [sidecar(8080), '/agents/victim/stop'],
  ];
  const bearer = () => ({ authorization: `Bearer ${token()}` });

  it('what changes something needs the token, on loopback too', async () => {
    for (const [endpoint, path] of FACES()) {
      for (const headers of [
        {},
        { authorization: 'Bearer a-token-that-somebody-made-up' },
        { cookie: `outrider=${token()}` },
      ]) {
        expect([endpoint, await ask(endpoint, path, { method: 'POST', headers })]).toEqual([endpoint, 401]);
      }
      expect(await ask(endpoint, `${path}?token=${token()}`, { method: 'POST' })).toBeGreaterThanOrEqual(400);
    }
  });

  it('a page of another origin gets nothing, the token or not', async () => {
    const evil = 'http://evil.example';
    const pages: [string, Record<string, string>][] = [
      ['a fetch', { origin: evil, 'sec-fetch-site': 'cross-site' }],
      ['a simple form', { origin: evil, 'content-type': 'text/plain' }],
      ['a sandboxed page', { origin: 'null', 'content-type': 'application/x-www-form-urlencoded' }],
      ['a name that was made to point here', { host: `evil.example:7777` }],
      [
        'that name as a page of its own',
        { host: 'evil.example:7777', origin: `${evil}:7777`, 'sec-fetch-site': 'same-origin' },
      ],
      ["an agent's page on another port", { origin: `http://${cluster.host('alpha').address}:18501` }],
      ['a form of another site, without Origin', { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }],
    ];
    for (const [endpoint, path] of FACES()) {
      for (const [what, headers] of pages) {
        const status = await ask(endpoint, path, { method: 'POST', headers: { ...headers, ...bearer() }, body: '{}' });
        expect([what, endpoint, status]).toEqual([what, endpoint, 403]);
      }
    }
    for (const [endpoint, path] of [
      [coordinator(7777), '/status'],
      [coordinator(7779), '/health'],
      [sidecar(8080), '/health'],
      [sidecar(8000), '/metrics'],
    ] as const) {
      expect(await ask(endpoint, path)).toBe(200);
      for (const [what, headers] of pages.slice(0, 5))
        expect([what, endpoint, await ask(endpoint, path, { headers })]).toEqual([what, endpoint, 403]);
    }
  });

  it('a page of another origin can not look on over the WebSocket', async () => {
    const open = (url: string, headers: Record<string, string>): Promise<string> =>
      new Promise((resolve) => {
        const socket = new WebSocket(url, { headers });
        socket.once('error', (error) => resolve(error.message));
        socket.once('message', () => {
          socket.close();
          resolve('open');
        });
      });
    for (const url of [`ws://${coordinator(7778)}/`, `ws://${coordinator(7777)}/ws`]) {
      expect(await open(url, {})).toBe('open');
      expect(await open(url, { origin: `http://${coordinator(7777)}` })).toBe('open');
      expect(await open(url, { origin: 'http://evil.example' })).toMatch(/403/);
      expect(await open(url, { host: 'evil.example:7778', origin: 'http://evil.example:7778' })).toMatch(/403/);
    }
  });
});

/** Where the agent that tries it leaves what it was told. */
const loot = (): string => join(cluster.folder, 'loot.json');

/** An agent that has read how Outrider is spoken to, and tries all of it. */
function intruder(): object {
  const client = fileURLToPath(new URL('../../packages/shared/dist/rpc/client.js', import.meta.url));
  const program = `
    import { writeFileSync, renameSync } from 'node:fs';
    import { connectCoordinator, connectSidecar } from ${JSON.stringify(client)};
    const host = connectSidecar({ endpoint: '${sidecar(7070)}' });
    const fleet = connectCoordinator({ endpoint: '${coordinator(7077)}' });
    const post = (url) => fetch(url, { method: 'POST' }).then((response) => { throw { code: response.status }; });
    const tries = {
      'stop another agent': host.ControlAgent({ action: 'stop', agents: ['victim'] }),
      'stop all agents': host.ControlAgent({ all: true, action: 'stop' }),
      'revert the host': host.Revert({ reason: 'mine' }),
      'take over the host': host.BindEpoch({ epoch: 1_000_000, holder: 'mine' }),
      'stop it on all hosts': fleet.ControlAgent({ action: 'stop', agents: ['victim'] }),
      'roll the fleet back': fleet.Rollback({ by: 'mine', requestId: 'mine' }),
      'push a release': fleet.PushRelease({ version: '6.6.6' }),
      'POST /rollback': post('http://${coordinator(7777)}/rollback'),
      'POST /agents/victim/stop': post('http://${sidecar(8080)}/agents/victim/stop'),
    };
    const found = await Promise.all(
      Object.entries(tries).map(([what, done]) => done.then(() => [what, 'done'], (error) => [what, error.code ?? String(error)])),
    );
    writeFileSync('${loot()}.new', JSON.stringify({ found: Object.fromEntries(found), env: process.env }));
    renameSync('${loot()}.new', '${loot()}');
    setInterval(() => {}, 1_000);
  `;
  return { command: [process.execPath, '--input-type=module', '-e', program], files: ['code.txt'] };
}

it('an agent that tries from inside is refused everywhere, and is not given the token', async () => {
  await eventually(() => existsSync(loot()));
  const { found, env } = JSON.parse(readFileSync(loot(), 'utf8')) as Record<'found' | 'env', Record<string, unknown>>;
  expect(found).toEqual({
    'stop another agent': 'unauthenticated',
    'stop all agents': 'unauthenticated',
    'revert the host': 'unauthenticated',
    'take over the host': 'unauthenticated',
    'stop it on all hosts': 'unauthenticated',
    'roll the fleet back': 'unauthenticated',
    'push a release': 'unauthenticated',
    'POST /rollback': 401,
    'POST /agents/victim/stop': 401,
  });
  expect(env['OUTRIDER_AGENT']).toBe('intruder');
  expect(JSON.stringify(env)).not.toContain(token());
  expect(Object.keys(env).filter((name) => /TOKEN|RENDEZVOUS/.test(name))).toEqual([]);
});

it('with the token all of it works; and the CLI of this machine finds it by itself', async () => {
  await untouched?.();
  untouched = undefined;
  const victim = (): number | undefined => pids(cluster, APP)['alpha/victim.0'];
  const restarted = async (act: () => Promise<unknown>): Promise<void> => {
    const before = victim();
    expect(before).toBeDefined();
    await act();
    await eventually(() => victim() !== undefined && victim() !== before);
    await eventually(async () => (await cluster.host('alpha').remote.Status({})).instances.every(({ ready }) => ready));
  };
  await restarted(() =>
    cluster.host('alpha').remote.ControlAgent({ action: 'restart', agents: ['victim'], by: 'test' }),
  );
  await restarted(async () => {
    const headers = { authorization: `Bearer ${token()}` };
    expect(await ask(sidecar(8080), '/agents/victim/restart', { method: 'POST', headers })).toBe(200);
  });
  // Neither endpoint nor token are told.
  const env = cleanEnvironment(cluster.layout);
  for (const [bin, words] of [
    [BINS.coordinator, ['agent', 'restart', 'victim']],
    [BINS.sidecar, ['restart', 'victim']],
  ] as const) {
    await restarted(async () => {
      const { code, stderr } = await startCli(bin, words, { env }).result;
      expect([code, stderr]).toEqual([0, '']);
    });
  }
  const headers = { authorization: `Bearer ${token()}`, 'content-type': 'application/json' };
  const posted = await ask(coordinator(7777), '/rollback', { method: 'POST', headers, body: `{"app":"${APP}"}` });
  expect(posted).toBe(202);
  await eventually(async () => {
    const [app] = (await cluster.host('alpha').remote.Status({})).apps;
    expect([app?.active?.version, app?.converged]).toEqual(['1.0.0', true]);
  });
});
