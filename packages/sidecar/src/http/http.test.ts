import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { appStatus, hostStatus, instanceStatus } from '../testing/status.js';
import { type SidecarHttp, startSidecarHttp } from './http.js';
import { metricsRoutes, sidecarRoutes } from './routes.js';

const TOKEN = 'a-token-of-the-test-alone';

let status: HostStatus;
let asked: string[];
let http: SidecarHttp;
let page: string;

beforeEach(async () => {
  asked = [];
  status = hostStatus({
    apps: [appStatus({ active: { version: '1.0.0', digest: 'd', specDigest: 's' } })],
    instances: [instanceStatus('vision'), instanceStatus('memory')],
  });
  const source = { status: () => status };
  const agents = {
    control: async (app: string, names: readonly string[], action: string, by: string) => {
      asked.push(`${app} ${names.join()} ${action} ${by}`.trim());
      return status.instances;
    },
  };
  http = await startSidecarHttp({
    faces: [
      { listen: ['127.0.0.1:0', '127.0.0.42:0'], route: sidecarRoutes(source, agents) },
      { listen: ['127.0.0.1:0'], route: metricsRoutes(source, { text: async () => 'up 1\n', type: 'text/plain' }) },
    ],
    tokens: () => [TOKEN],
    names: ['pc2'],
    onBug: (error) => asked.push(`bug ${String(error)}`),
  });
  page = http.addresses[0]?.[0] ?? '';
});

afterEach(() => http.close());

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

async function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string; at?: string } = {},
): Promise<Answer> {
  const [host, port] = (options.at ?? page).split(':');
  const { method = 'GET', headers = {} } = options;
  const sent = request({ host, port, path, method, headers, agent: false });
  sent.end(options.body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces).toString() };
}

const bad = { state: 'unhealthy', ready: false, overdue: true, reason: 'says no' } as const;

describe('health', () => {
  test('is 200 on every address while all is well', async () => {
    for (const at of http.addresses.flat()) {
      const { status: code, body } = await ask('/health', { at });
      expect(code).toBe(200);
      expect(JSON.parse(body)).toMatchObject({
        host: 'pc2',
        status: 'healthy',
        agents: { total: 2, healthy: 2 },
        bad: [],
      });
    }
    expect((await ask('/ready')).status).toBe(200);
  });

  test('is 503 with the culprits named', async () => {
    status = hostStatus({ instances: [instanceStatus('vision', bad), instanceStatus('memory')] });
    const { status: code, body } = await ask('/health');
    expect(code).toBe(503);
    expect(JSON.parse(body)).toMatchObject({
      status: 'unhealthy',
      detail: 'unhealthy: 1 of 2 agents: vision',
      agents: { total: 2, healthy: 1 },
      bad: [{ agent: 'vision', reason: 'says no' }],
    });
    expect((await ask('/health/vision')).status).toBe(503);
    expect((await ask('/health/memory')).status).toBe(200);
  });

  test('of nobody is 404 with a sentence', async () => {
    const { status: code, body } = await ask('/health/visoin');
    expect(code).toBe(404);
    expect(JSON.parse(body)).toEqual({ error: 'No agent visoin on host pc2. Did you mean "vision"?' });
  });

  test('is not ready before everything that should run does', async () => {
    status = hostStatus({ apps: [appStatus({ converged: false, waitingFor: 'vision.0 to be ready' })] });
    const { status: code, body } = await ask('/ready');
    expect(code).toBe(503);
    expect(JSON.parse(body)).toMatchObject({ ready: false, waiting_for: ['assistants: vision.0 to be ready'] });
  });

  test('stands beside the metrics too', async () => {
    const at = http.addresses[1]?.[0] ?? '';
    expect(await ask('/metrics', { at })).toMatchObject({ status: 200, body: 'up 1\n' });
    expect((await ask('/health', { at })).status).toBe(200);
    expect((await ask('/agents/vision/restart', { at, method: 'POST' })).status).toBe(404);
  });
});

describe('wrong requests get one sentence', () => {
  test.each<[string, string, Parameters<typeof ask>[1], number, RegExp]>([
    ['another path', '/nothing', {}, 404, /There is nothing at \/nothing; there is \/health/],
    ['a path too deep', '/health/vision/x', {}, 404, /nothing at/],
    ['a path with an empty part', '//health', {}, 400, /not well formed/],
    ['a path that climbs', '/health/..%2f..', {}, 400, /not well formed/],
    ['a path that cannot be decoded', '/health/%zz', {}, 400, /not well formed/],
    ['a path with a zero', '/health/%00', {}, 400, /not well formed/],
    ['a path that is too long', `/${'x'.repeat(3000)}`, {}, 400, /not well formed/],
    ['POST where one can only look', '/health', { method: 'POST' }, 405, /takes GET/],
    ['DELETE', '/health', { method: 'DELETE' }, 405, /Only GET and POST/],
    ['OPTIONS', '/health', { method: 'OPTIONS' }, 405, /Only GET and POST/],
    ['GET where one can only act', '/agents/vision/restart', {}, 405, /takes POST/],
    ['an action there is not', '/agents/vision/kill', { method: 'POST' }, 404, /nothing at/],
    ['a body that is too long', '/agents/vision/stop', { method: 'POST', body: 'x'.repeat(5000) }, 413, /1024 bytes/],
    ['a foreign Host', '/health', { headers: { host: 'evil.example' } }, 403, /none of this sidecar's names/],
    ['a Host that is none', '/health', { headers: { host: 'a b' } }, 400, /needs a Host header/],
    ['a Host with a path', '/health', { headers: { host: 'localhost/x' } }, 400, /needs a Host header/],
    ['a foreign page', '/health', { headers: { origin: 'http://evil.example' } }, 403, /may not ask/],
    ['a page from a file', '/health', { headers: { origin: 'null' } }, 403, /may not ask/],
  ])('%s', async (_, path, options, code, sentence) => {
    const { status: given, body } = await ask(path, options);
    expect([given, body]).toEqual([code, expect.stringMatching(sentence)]);
    expect(Object.keys(JSON.parse(body) as object)).toEqual(['error']);
    expect(asked).toEqual([]);
  });

  test('also where it is no HTTP at all', async () => {
    const [host, port] = page.split(':');
    const socket = connect(Number(port), host);
    socket.write('what is this\r\n\r\n');
    let text = '';
    for await (const piece of socket) text += String(piece);
    expect(text).toMatch(/^HTTP\/1.1 400 [\s\S]*"error":"This is no request that can be read/);
  });
});

describe('names of this host', () => {
  test.each(['127.0.0.1', 'localhost', 'pc2', 'PC2', '[::1]:99', '10.0.0.5:8080'])('Host %s is taken', async (host) => {
    expect((await ask('/health', { headers: { host } })).status).toBe(200);
  });
});

describe('what changes something', () => {
  const post = (headers: Record<string, string> = {}, path = '/agents/vision/restart') =>
    ask(path, { method: 'POST', headers });

  test('needs the token', async () => {
    expect((await post()).status).toBe(401);
    expect((await post({ authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await post({ authorization: `Basic ${TOKEN}` })).status).toBe(401);
    expect((await ask(`/agents/vision/restart?token=${TOKEN}`, { method: 'POST' })).status).toBe(401);
    expect(asked).toEqual([]);
    const { status: code, body } = await post({ authorization: `Bearer ${TOKEN}` });
    expect(code).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ agent: 'vision', action: 'restart' });
    expect(asked).toEqual(['vision restart http']);
  });

  test('is refused to a foreign page even with the token', async () => {
    const answer = await post({ authorization: `Bearer ${TOKEN}`, origin: 'http://evil.example' });
    expect(answer.status).toBe(403);
    expect(asked).toEqual([]);
  });

  test('needs an agent that is there', async () => {
    expect((await post({ authorization: `Bearer ${TOKEN}` }, '/agents/nobody/stop')).status).toBe(404);
  });

  test('is open to no cookie, which any other port of this host would be sent too', async () => {
    const link = await ask(`/?token=${TOKEN}`);
    expect([link.status, link.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(link.headers).not.toHaveProperty('set-cookie');
    expect(link.body).not.toContain(TOKEN);
    expect((await post({ cookie: `outrider_sidecar=${TOKEN}`, origin: `http://${page}` })).status).toBe(401);
    expect(asked).toEqual([]);
    expect((await post({ authorization: `Bearer ${TOKEN}`, origin: `http://${page}` })).status).toBe(200);
    expect((await post({ authorization: `Bearer ${TOKEN}`, origin: 'http://127.0.0.1:1' })).status).toBe(403);
  });
});

test('HEAD has the length of GET and no body', async () => {
  const [get, head] = [await ask('/ready'), await ask('/ready', { method: 'HEAD' })];
  expect(head).toMatchObject({ status: 200, body: '' });
  expect(head.headers['content-length']).toBe(get.headers['content-length']);
});

test('an address that is taken is named, and nothing stays bound', async () => {
  const options = { tokens: () => [], names: [], onBug: () => undefined };
  const route = metricsRoutes({ status: () => status }, { text: async () => '', type: '' });
  const starting = startSidecarHttp({ ...options, faces: [{ listen: ['127.0.0.43:18098', page], route }] });
  await expect(starting).rejects.toThrow(`Cannot listen on ${page} (HTTP)`);
  const again = await startSidecarHttp({ ...options, faces: [{ listen: ['127.0.0.43:18098'], route }] });
  await again.close();
});
