/** The settings `redis` of both daemons, as they are written, checked and turned into where Redis is. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { freePort } from '../testing/redis.js';
import { RedisProcess } from '../testing/redis-process.js';
import { compileConfig } from './config.js';
import { commonConfig } from './config-common.js';
import { formatProblem } from './problem.js';
import { oneServerOf, type RedisAddress, redisAddress } from './redis-address.js';
import { openRedis } from './redis-client.js';
import { strict } from './shape.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-redis-address-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function compile(redis: unknown, env: Readonly<Record<string, string>> = {}) {
  const file = join(folder, 'file.yaml');
  writeFileSync(file, JSON.stringify({ redis }));
  return compileConfig({ schema: strict({ ...commonConfig }), prefix: 'OUTRIDER_SIDECAR', env, file });
}

function address(redis: unknown, env: Readonly<Record<string, string>> = {}): RedisAddress {
  const compiled = compile(redis, env);
  if (!compiled.ok) throw new Error(compiled.problems.map(formatProblem).join('\n'));
  return redisAddress(compiled.config.redis, compiled.file);
}

const written = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

describe('where Redis is', () => {
  it.each<[string, unknown, Record<string, string>, unknown]>([
    ['by default on this machine', {}, {}, { kind: 'single', url: 'redis://127.0.0.1:6379' }],
    ['at a URL', { url: 'rediss://r:1/2' }, {}, { kind: 'single', url: 'rediss://r:1/2' }],
    [
      'watched by sentinels',
      { sentinels: ['a:26379', '[::1]:2'], name: 'fleet', username: 'ann' },
      {},
      {
        ...{ kind: 'sentinel', name: 'fleet', username: 'ann' },
        sentinels: [
          { host: 'a', port: 26379 },
          { host: '::1', port: 2 },
        ],
      },
    ],
    ['under the usual name', { sentinels: ['a:1'] }, {}, { kind: 'sentinel', name: 'mymaster' }],
    ['a cluster', { cluster: ['a:1'] }, {}, { kind: 'cluster', nodes: [{ host: 'a', port: 1 }] }],
    [
      'sentinels of the environment',
      {},
      { OUTRIDER_SIDECAR__REDIS__SENTINELS: 'a:1, b:2', OUTRIDER_SIDECAR__REDIS__NAME: 'n' },
      { kind: 'sentinel', name: 'n', sentinels: [{ host: 'a' }, { host: 'b' }] },
    ],
    [
      'a cluster of the environment, with a name of its certificate',
      {},
      { OUTRIDER_SIDECAR__REDIS__CLUSTER: 'a:1', OUTRIDER_SIDECAR__REDIS__TLS__SERVER_NAME: 'redis.lan' },
      { kind: 'cluster', tls: { serverName: 'redis.lan' } },
    ],
  ])('%s', (_, redis, env, expected) => {
    expect(address(redis, env)).toMatchObject(expected as object);
  });

  it('passwords are the first lines of their files', () => {
    const settings = {
      sentinels: ['a:1'],
      ...{ password_file: written('data', 'one\nnot this\n'), sentinel_password_file: written('sentinel', 'two\n') },
    };
    expect(address(settings)).toMatchObject({ password: 'one', sentinelPassword: 'two' });
  });

  it('agents that ask for one server get one, where it stays', () => {
    const of = (redis: unknown) => oneServerOf(address(redis));
    expect([of({ url: 'redis://[::1]:7' }), of({ url: 'redis://r' }), of({ url: 'unix:/x' })]).toEqual([
      { host: '::1', port: 7 },
      { host: 'r', port: 6379 },
      undefined,
    ]);
    expect([of({ cluster: ['c:1', 'd:2'] }), of({ sentinels: ['s:1'] })]).toEqual([{ host: 'c', port: 1 }, undefined]);
  });
});

describe('what is wrong is one clear sentence', () => {
  it.each<[string, unknown, Record<string, string>, RegExp]>([
    [
      'url and sentinels',
      { url: 'redis://r:1', sentinels: ['a:1'] },
      {},
      /redis\.sentinels and redis\.url exclude each/,
    ],
    [
      'sentinels and cluster',
      { sentinels: ['a:1'], cluster: ['a:1'] },
      {},
      /redis\.cluster and redis\.sentinels exclude/,
    ],
    [
      'cluster and REDIS_URL',
      { cluster: ['a:1'] },
      { REDIS_URL: 'redis://r:1' },
      /redis\.cluster and redis\.url exclude/,
    ],
    ['no sentinel', { sentinels: [] }, {}, /redis\.sentinels must be at least one address/],
    ['a sentinel without port', { sentinels: ['a'] }, {}, /redis\.sentinels\[0\] must be HOST:PORT/],
    ['a name of nobody', { url: 'redis://r:1', name: 'x' }, {}, /redis\.name is of use with redis\.sentinels only/],
    ['half a certificate', { tls: { cert: '/x' } }, {}, /redis\.tls must have cert and key, or neither/],
    ['TLS for a file', { url: 'unix:/x', tls: {} }, {}, /redis\.tls is of no use for a unix socket/],
    ['another word', { sentinel: ['a:1'] }, {}, /redis\.sentinel is not known here: use "sentinels"/],
    ['a CA that is not there', { tls: { ca: '/no/such' } }, {}, /redis\.tls\.ca \/no\/such cannot be read/],
    [
      'a password that is not there',
      { password_file: '/no/such' },
      {},
      /redis\.password_file \/no\/such cannot be read/,
    ],
  ])('%s', (_, redis, env, sentence) => {
    expect(() => address(redis, env)).toThrow(sentence);
  });

  it('a file that is no certificate', () => {
    expect(() => address({ tls: { cert: written('c', 'x'), key: written('k', 'y') } })).toThrow(
      /file\.yaml: redis\.tls\.cert \(.*\/c\) cannot be used/,
    );
  });
});

describe('TLS', () => {
  let server: RedisProcess;
  let path: (name: string) => string;
  beforeAll(async () => {
    path = (name) => join(folder, name);
    const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'ignore' });
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    for (const name of ['ca', 'other'])
      openssl(
        'req',
        '-x509',
        ...made,
        '-subj',
        `/CN=${name}`,
        '-keyout',
        path(`${name}.key`),
        '-out',
        path(`${name}.pem`),
      );
    openssl(
      'req',
      ...made.slice(0, 5),
      '-subj',
      '/CN=redis.test',
      '-keyout',
      path('redis.key'),
      '-out',
      path('redis.csr'),
    );
    writeFileSync(path('names'), 'subjectAltName=DNS:redis.test\n');
    const signed = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', '-in', path('redis.csr'), ...signed, '-extfile', path('names'), '-out', path('redis.pem'));
    const plain = await freePort();
    const port = await freePort();
    server = new RedisProcess('127.0.0.1', plain, [
      ...['redis-server', '--port', `${plain}`, '--bind', '127.0.0.1', '--save', '', '--tls-port', `${port}`],
      ...[
        '--tls-cert-file',
        path('redis.pem'),
        '--tls-key-file',
        path('redis.key'),
        '--tls-ca-cert-file',
        path('ca.pem'),
      ],
    ]);
    await server.start();
    url = `redis://127.0.0.1:${port}`;
  });
  let url: string;
  afterAll(() => server.kill());

  /** What the first attempt comes to. */
  async function attempt(tls: object): Promise<string> {
    const errors: string[] = [];
    const limits = { commandMs: 5_000, connectMs: 5_000, silentMs: 5_000, retryMs: 50 };
    const client = openRedis(address({ url, tls }), limits, (error) => errors.push(error.message));
    try {
      return await eventually(() => (client.status === 'ready' ? 'ready' : (errors[0] ?? null)));
    } finally {
      client.disconnect();
    }
  }

  it('shows our certificate, and believes the one that our CA has signed for that name', async () => {
    const ours = { ca: path('ca.pem'), cert: path('redis.pem'), key: path('redis.key') };
    expect(await attempt({ ...ours, server_name: 'redis.test' })).toBe('ready');
    expect(await attempt({ ...ours, server_name: 'another.test' })).toMatch(/does not match certificate's altnames/);
    expect(await attempt({ ...ours, server_name: 'redis.test', ca: path('other.pem') })).toMatch(/certificate/);
  });

  it('a key of another certificate is found when the settings are read', () => {
    expect(() => address({ tls: { cert: path('redis.pem'), key: path('other.key') } })).toThrow(
      /redis\.tls\.cert and redis\.tls\.key .* cannot be used/,
    );
  });
});
