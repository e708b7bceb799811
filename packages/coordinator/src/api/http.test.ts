import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testCoordinator, type TestCoordinator } from '../testing/coordinator.js';

let coordinator: TestCoordinator;
let base: string;
beforeAll(async () => {
  coordinator = await testCoordinator();
  base = coordinator.http[0]!;
});
afterAll(() => coordinator.close());

interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Sends any header, which fetch would not. */
function ask(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
  address = base,
): Promise<Answered> {
  const [host, port] = address.split(':');
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host, port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const json = (answer: Answered): Record<string, unknown> => JSON.parse(answer.text) as Record<string, unknown>;
const bearer = (): Record<string, string> => ({ authorization: `Bearer ${coordinator.token}` });

describe('what anybody may read', () => {
  test('/status has every key before any rollout', async () => {
    const answer = await ask('GET', '/status');
    expect(answer.status).toBe(200);
    expect(String(json(answer)['last_update'])).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(json(answer)).toMatchObject({
      deployment_id: null,
      command: null,
      environment: 'test',
      state: 'idle',
      progress: 0,
      agents_healthy: 0,
      agents_total: 0,
      start_time: null,
      errors: [],
      warnings: [],
      metrics: { deployment_duration: 0, snapshot_id: null },
    });
  });

  test('/health has every key without any host', async () => {
    expect(json(await ask('GET', '/health'))).toMatchObject({
      total_agents: 0,
      healthy_agents: 0,
      unhealthy_agents: 0,
      health_percentage: 0,
      system_metrics: { cpu_percent: 0, memory_percent: 0, disk_percent: 0, active_agents: 0 },
    });
  });

  test('/metrics, /livez, /ready, /sd and / answer', async () => {
    const metrics = await ask('GET', '/metrics');
    expect(metrics.headers['content-type']).toMatch(/^text\/plain/);
    for (const name of [
      'outrider_hosts{state="up"} 0',
      'outrider_leader 1',
      'outrider_redis_up 1',
      'outrider_agents',
      'outrider_rollouts_total',
      'outrider_rollout_seconds',
      'outrider_rollout_paused_seconds',
      'outrider_rollout_phase',
      'outrider_rollbacks_total',
      'outrider_gate_samples_total',
      'outrider_recovery_seconds',
    ]) {
      expect(metrics.text).toContain(name);
    }
    expect((await ask('GET', '/livez')).text).toBe('ok\n');
    expect((await ask('GET', '/ready')).status).toBe(200);
    expect(JSON.parse((await ask('GET', '/sd')).text)).toMatchObject([{ targets: [base] }]);
    expect(await ask('HEAD', '/status')).toMatchObject({ status: 200, text: '' });
  });
});

describe('what is not there, or not so', () => {
  test.each([
    ['GET', '/nothing', 404],
    ['GET', '/constructor', 404],
    ['GET', '/rollback', 405],
    ['POST', '/status', 405],
    ['DELETE', '/status', 405],
    ['PUT', '/rollback', 405],
    ['OPTIONS', '/rollback', 405],
  ])('%s %s is %i', async (method, path, status) => {
    const answer = await ask(method, path);
    expect(answer.status).toBe(status);
    expect(json(answer)['error']).toEqual(expect.any(String));
  });

  test('a request that is no HTTP ends its connection alone', async () => {
    const [host = '', port = ''] = base.split(':');
    const socket = connect({ host, port: Number(port) }).on('error', () => undefined);
    socket.end('\u0000\u0001 not http\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve).resume());
    expect((await ask('GET', '/livez')).status).toBe(200);
  });
});

describe('a page that is not ours', () => {
  const evil = { origin: 'http://evil.example' };
  test.each([
    ['a foreign origin reads nothing', 'GET', '/status', evil],
    ['a foreign origin changes nothing', 'POST', '/rollback', evil],
    ['no origin at all (a sandboxed page)', 'POST', '/rollback', { origin: 'null' }],
    ['another port of this host', 'POST', '/rollback', { origin: 'http://127.0.0.1:18181' }],
    ['a name that was made to point here', 'GET', '/status', { host: 'evil.example' }],
    ['a form of another site', 'POST', '/rollback', { 'sec-fetch-site': 'cross-site' }],
    ['an image of another site', 'GET', '/errors', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('%s', async (_, method, path, headers) => {
    expect((await ask(method, path, { ...bearer(), ...headers })).status).toBe(403);
  });

  test('a link on it leads here all the same', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask('GET', '/status', headers)).status).toBe(200);
    expect((await ask('POST', '/rollback', { ...bearer(), ...headers })).status).toBe(403);
  });

  test('our own names and addresses are understood', async () => {
    const port = base.split(':')[1]!;
    for (const host of [base, `localhost:${port}`, `[::1]:${port}`, `10.0.0.7:${port}`]) {
      expect((await ask('GET', '/livez', { host })).status).toBe(200);
    }
    expect((await ask('GET', '/livez', { host: base, origin: `http://${base}` })).status).toBe(200);
    expect((await ask('GET', '/livez', { host: 'a/b' })).status).toBe(400);
  });

  test('a foreign page gets no WebSocket', async () => {
    for (const url of [`ws://${coordinator.websocket[0]!}/`, `ws://${base}/ws`]) {
      const message = await new Promise<string>((resolve) => {
        const socket = new WebSocket(url, { origin: 'http://evil.example' });
        socket.on('error', (error) => resolve(error.message)).on('open', () => resolve('open'));
      });
      expect(message).toMatch(/403/);
    }
  });
});

describe('POST /rollback', () => {
  test('needs the token', async () => {
    expect(await ask('POST', '/rollback')).toMatchObject({ status: 401 });
    expect(await ask('POST', '/rollback', { authorization: 'Bearer nonsense-nonsense' })).toMatchObject({
      status: 401,
    });
    expect(await ask('POST', `/rollback?token=${coordinator.token}`)).toMatchObject({ status: 401 });
  });

  test('409 with the reason where there is nothing to go back to', async () => {
    const answer = await ask('POST', '/rollback', bearer());
    expect(answer.status).toBe(409);
    expect(json(answer)['error']).toMatch(/nothing to go back to/);
  });

  test.each([
    ['no JSON', '{', 400, /no JSON/],
    ['a list', '[]', 400, /JSON object/],
    ['an unknown field', '{"application":"x"}', 400, /application: /],
    ['a bad name', '{"app":"../x"}', 400, /app: /],
    ['another type', '{"app":7}', 400, /app: expected is text/],
    ['a strategy that there is not', '{"strategy":"careful"}', 400, /strategy: /],
    ['hosts that are no list', '{"hosts":"pc2"}', 400, /hosts: /],
    ['a host twice', '{"hosts":["pc2","pc2"]}', 400, /twice/],
    ['too much', JSON.stringify({ app: 'x'.repeat(100_000) }), 413, /longer than/],
  ])('%s', async (_, body, status, sentence) => {
    const answer = await ask('POST', '/rollback', bearer(), body);
    expect(answer.status).toBe(status);
    expect(json(answer)['error']).toMatch(sentence);
  });

  test('no cookie and no query gives what the token gives; the page is locked up and knows no token', async () => {
    const cookie = `outrider_coordinator=${coordinator.token}`;
    expect((await ask('POST', '/rollback', { cookie, origin: `http://${base}` })).status).toBe(401);
    const page = await ask('GET', `/?token=${coordinator.token}`);
    expect(page.status).toBe(200);
    expect(page.headers).not.toHaveProperty('set-cookie');
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(page.text).not.toContain(coordinator.token);
    for (const [, file] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(file).toMatch(/^\/assets\//);
      expect((await ask('GET', file!)).status).toBe(200);
    }
  });
});

describe('POST /agent', () => {
  test.each([
    ['needs the token', '', '{"action":"restart","agent":"vision"}', 401, /token/],
    ['an action that there is not', 'token', '{"action":"scale","agent":"vision"}', 400, /action: /],
    ['no agent', 'token', '{"action":"restart"}', 400, /agent: it is missing/],
    ['an unknown field', 'token', '{"action":"restart","agents":["a"]}', 400, /agents: /],
    ['an agent that there is not', 'token', '{"action":"restart","agent":"vision"}', 404, /no agent vision/],
    ['a host that there is not', 'token', '{"action":"restart","agent":"vision","host":"pc9"}', 400, /pc9/],
  ])('%s', async (_, headers, body, status, sentence) => {
    const answer = await ask('POST', '/agent', headers === 'token' ? bearer() : {}, body);
    expect(answer.status).toBe(status);
    expect(json(answer)['error']).toMatch(sentence);
  });
});

describe('the live feed', () => {
  test('the whole document at once, on the port of its own and at /ws', async () => {
    for (const url of [`ws://${base}/ws`, `ws://${coordinator.websocket[0]!}/`]) {
      const socket = new WebSocket(url);
      const message = await new Promise<Buffer>((resolve) => socket.once('message', resolve));
      expect(JSON.parse(message.toString())).toMatchObject({ state: 'idle', redis: 'up', agents_total: 0 });
      socket.terminate();
    }
  });

  test('and at each change', async () => {
    const url = `ws://${coordinator.websocket[0]!}/`;
    const messages: Record<string, unknown>[] = [];
    const socket = new WebSocket(url);
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Record<string, unknown>));
    await expect.poll(() => messages.length).toBeGreaterThan(0);
    expect(messages[0]).toMatchObject({ state: 'idle', redis: 'up', agents_total: 0 });
    await coordinator.redis.kill();
    await expect.poll(() => messages.at(-1), { timeout: 10_000 }).toMatchObject({ redis: 'down' });
    expect((await ask('GET', '/ready')).status).toBe(503);
    expect((await ask('GET', '/status')).status).toBe(200);
    await coordinator.redis.restart();
    await expect.poll(() => messages.at(-1), { timeout: 20_000 }).toMatchObject({ redis: 'up' });
    socket.terminate();
  });

  test('a plain question is told what is here', async () => {
    const answer = await ask('GET', '/', {}, '', coordinator.websocket[0]);
    expect(answer.status).toBe(426);
  });

  test('a client that talks too much is cut off, nobody else is', async () => {
    const socket = new WebSocket(`ws://${coordinator.websocket[0]!}/`);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.on('error', () => undefined).send('x'.repeat(100_000));
    await new Promise((resolve) => socket.once('close', resolve));
    expect((await ask('GET', '/livez')).status).toBe(200);
  });
});
