import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { processesOf } from '@outrider/shared/testing/leaks.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GateOccasion } from '../engine/ports.js';
import { runGate } from './exec-gate.js';
import { gateSources } from './gate-sources.js';
import { askPrometheus } from './prometheus.js';
import { seePrometheus, seeTargets } from './prometheus-sight.js';
import { askWebhook } from './webhook-gate.js';

const OCCASION: GateOccasion = {
  ...{ gate: 'check', rollout: 'r7', app: 'crew', version: '2', from: '1', environment: 'test' },
  hosts: ['pc1', 'pc2'],
};
const NEVER = new AbortController().signal;

let folder: string;
let server: Server;
let url: string;
/** Nobody listens there. */
let nowhere: string;
let asked: { readonly method: string; readonly url: string; readonly body: string; readonly token: string }[];
let answer: { status: number; body: string } | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-gate-'));
  [asked, answer] = [[], undefined];
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method = '', url: path = '', headers } = request;
      asked.push({ method, url: path, body, token: headers.authorization ?? '' });
      // Whoever has no answer lets its caller wait.
      if (answer !== undefined) response.writeHead(answer.status).end(answer.body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  nowhere = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
  gone.close();
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  rmSync(folder, { recursive: true, force: true });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

describe('Prometheus', () => {
  const ask = (): Promise<readonly number[]> => askPrometheus({ url: `${url}/prom/` }, 'up{a="b"}', NEVER);
  const say = (data: unknown, status = 'success'): void => {
    answer = { status: 200, body: JSON.stringify({ status, data }) };
  };

  it('is asked by POST, with the token of a file', async () => {
    writeFileSync(join(folder, 'token'), 'secret\nmore\n');
    say({ resultType: 'scalar', result: [1, '0.25'] });
    const values = await askPrometheus({ url, tokenFile: join(folder, 'token') }, 'a b&c', NEVER);
    expect(values).toEqual([0.25]);
    expect(asked).toEqual([{ method: 'POST', url: '/api/v1/query', body: 'query=a+b%26c', token: 'Bearer secret' }]);
  });

  it('gives the value of each series, as it spells them', async () => {
    const result = ['1', '+Inf', '-Inf', 'NaN', '1e-3'].map((value) => ({ metric: {}, value: [1, value] }));
    say({ resultType: 'vector', result });
    expect(await ask()).toEqual([1, Infinity, -Infinity, NaN, 0.001]);
    expect(asked[0]).toMatchObject({ url: '/prom/api/v1/query' });
    say({ resultType: 'vector', result: [] });
    expect(await ask()).toEqual([]);
  });

  it('says what is wrong', async () => {
    answer = { status: 400, body: '{"status":"error","errorType":"bad_data","error":"parse error at char 3"}' };
    await expect(ask()).rejects.toMatchObject({
      code: 'invalid',
      message: `${url}/prom/api/v1/query refused the query: parse error at char 3`,
    });
    answer = { status: 502, body: '<html>\nBad gateway</html>' };
    await expect(ask()).rejects.toThrow('answered with 502 and no JSON: <html> Bad gateway</html>');
    say({ resultType: 'matrix', result: [] });
    await expect(ask()).rejects.toThrow('The query gives a matrix; a gate needs a scalar or an instant vector.');
    await expect(askPrometheus({ url: nowhere }, 'up', NEVER)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/^Cannot reach http:.*\/api\/v1\/query: .*ECONNREFUSED/) as string,
    });
    await expect(askPrometheus({ url, tokenFile: join(folder, 'none') }, 'up', NEVER)).rejects.toThrow('token_file');
  });

  it('is not waited for beyond its time', async () => {
    await expect(askPrometheus({ url }, 'up', AbortSignal.timeout(50))).rejects.toMatchObject({ code: 'timeout' });
  });

  it('has to be known', async () => {
    const sources = gateSources({ samples: () => Promise.reject(new Error('not asked')) }, undefined);
    await expect(sources.promql('up', NEVER)).rejects.toThrow('does not say where Prometheus is');
  });
});

describe('a program', () => {
  const run = (script: string, signal = NEVER) => runGate(['sh', '-c', script], OCCASION, signal);

  it.each([
    ['echo all good', 'pass', 'sh ended with 0: all good'],
    ['echo too slow >&2; exit 1', 'fail', 'sh ended with 1: too slow'],
    ['exit 2', 'inconclusive', 'sh ended with 2'],
    ['exit 3', 'error', 'sh ended with 3'],
    ['kill -9 $$', 'error', 'sh was ended by SIGKILL'],
  ] as const)('%s: %s', async (script, outcome, reason) => {
    expect(await run(script)).toEqual({ outcome, reason });
  });

  it('knows what is on trial, and nothing else of the coordinator', async () => {
    process.env['OUTRIDER_TEST_SECRET'] = 'not for gates';
    const { reason } = await run('env | grep OUTRIDER_ | sort; pwd');
    delete process.env['OUTRIDER_TEST_SECRET'];
    expect(reason).toBe(
      'sh ended with 0: OUTRIDER_APP=crew OUTRIDER_ENVIRONMENT=test OUTRIDER_FROM=1 OUTRIDER_GATE=check ' +
        'OUTRIDER_ROLLOUT=r7 OUTRIDER_TRIAL_HOSTS=pc1,pc2 OUTRIDER_VERSION=2 /',
    );
  });

  it('that is not there is an error', async () => {
    expect(await runGate(['no-such-program'], OCCASION, NEVER)).toMatchObject({
      outcome: 'error',
      reason: expect.stringMatching(/^cannot run no-such-program: .*ENOENT/) as string,
    });
  });

  it('that takes too long is ended, and all that it started', async () => {
    const mark = join(folder, 'gate-mark');
    const script = `sh -c 'sleep 1000; : ${mark}' & exec sh -c 'echo begun > ${mark}; while :; do sleep 1; done'`;
    const over = new AbortController();
    const result = run(script, over.signal);
    await eventually(() => existsSync(mark));
    expect(processesOf({ folder })).not.toEqual([]);
    over.abort();
    expect(await result).toMatchObject({ outcome: 'error', reason: 'sh took too long' });
    await eventually(() => processesOf({ folder }).length === 0);
  });

  it('may print as much as it likes', async () => {
    const { outcome, reason } = await run('yes | head -c 3000000');
    expect(outcome).toBe('pass');
    expect(reason.length).toBeLessThan(1_000);
  });
});

describe('a webhook', () => {
  const ask = (): ReturnType<typeof askWebhook> => askWebhook(`${url}/gate?x=1`, OCCASION, NEVER);

  it('is told what is on trial, as JSON', async () => {
    answer = { status: 200, body: '' };
    expect(await ask()).toEqual({ outcome: 'pass', reason: `${url.slice(7)} answered with 200` });
    expect(asked).toMatchObject([{ method: 'POST', url: '/gate?x=1' }]);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual(OCCASION);
  });

  it.each([
    [200, '{"outcome":"fail","reason":"not today"}', 'fail', 'answered with 200: not today'],
    [200, '{"outcome":"inconclusive"}', 'inconclusive', 'answered with 200'],
    [200, '{"outcome":"maybe"}', 'error', '"outcome" is none of pass, fail, inconclusive, error'],
    [204, '', 'pass', 'answered with 204'],
    [200, 'fine', 'pass', 'answered with 200: fine'],
    [403, 'no', 'fail', 'answered with 403: no'],
    [429, '', 'error', 'answered with 429'],
    [500, 'oh', 'error', 'answered with 500: oh'],
    [302, '', 'error', 'answered with 302'],
  ] as const)('%d %s: %s', async (status, body, outcome, reason) => {
    answer = { status, body: status === 204 ? '' : body };
    const verdict = await ask();
    expect(verdict.outcome).toBe(outcome);
    expect(verdict.reason).toContain(reason);
  });

  it('that can’t be reached, or is silent, is an error', async () => {
    expect(await askWebhook(nowhere, OCCASION, NEVER)).toMatchObject({
      outcome: 'error',
      reason: expect.stringMatching(/^cannot reach 127\.0\.0\.1:\d+: .*ECONNREFUSED/) as string,
    });
    expect(await askWebhook(url, OCCASION, AbortSignal.timeout(50))).toEqual({
      outcome: 'error',
      reason: `no answer from ${url.slice(7)} in time`,
    });
  });
});

describe('what the doctor sees of a Prometheus', () => {
  const withToken = (): { url: string; tokenFile: string } => {
    const tokenFile = join(folder, 'prometheus-token');
    writeFileSync(tokenFile, 'letmein\n');
    return { url: `${url}/prometheus/`, tokenFile };
  };
  const down = (count: string): { status: number; body: string } => ({
    status: 200,
    body: JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ value: [0, count] }] } }),
  });

  it('is asked with its token', async () => {
    answer = { status: 200, body: 'healthy' };
    expect(await seePrometheus(withToken(), 60_000)).toMatchObject({ what: 'prometheus', ok: true });
    expect(asked).toMatchObject([{ url: '/prometheus/-/healthy', token: 'Bearer letmein' }]);
    const tokenFile = join(folder, 'none');
    expect(await seePrometheus({ url, tokenFile }, 60_000)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/token_file .* cannot be read/) as unknown,
    });
  });

  it('is whether it can scrape this fleet, whatever else it scrapes', async () => {
    answer = down('0');
    expect(await seeTargets(withToken(), ['10.0.0.1:8000', '[::1]:8000'], 60_000)).toMatchObject({ ok: true });
    const query = new URLSearchParams(asked[0]?.body).get('query');
    expect(query).toBe(String.raw`count(up{instance=~"10\\.0\\.0\\.1:8000|\\[::1\\]:8000"} == 0) or vector(0)`);
    answer = down('2');
    expect(await seeTargets(withToken(), ['10.0.0.1:8000'], 60_000)).toMatchObject({
      ok: false,
      detail: "2 of this fleet can't be scraped",
    });
  });
});
