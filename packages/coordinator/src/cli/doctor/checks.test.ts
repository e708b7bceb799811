import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import type { CertificateSight } from '@outrider/shared/domain/diagnosis.js';
import { seeCertificate, seeRedisCertificates } from '@outrider/shared/runtime/sight/certificates.js';
import { seeListeners } from '@outrider/shared/runtime/sight/listeners.js';
import { describe, expect, test } from 'vitest';
import type { Finding, FleetSight, HostSight } from './check.js';
import { fleet, host } from './testing/sights.js';
import { judgeAll } from './checks/all.js';
import { findingsText } from './view.js';

const ill = (sight: FleetSight): Finding[] => judgeAll(sight).filter(({ ok }) => !ok);
const names = (found: readonly Finding[]): string[] => found.map(({ check, host: of }) => `${check} ${of ?? '-'}`);

test('a fleet that is well', () => {
  expect(ill(fleet(host('a'), host('b')))).toEqual([]);
  expect(findingsText(judgeAll(fleet(host('a'), host('b'))))).toContain('Nothing is wrong.');
});

describe('each of these alone is bad', () => {
  test.each<[string, HostSight, string]>([
    ['versions a', host('a', { version: '0.9.0' }), 'systemctl restart outrider-sidecar'],
    ['clock a', host('a', { clockAheadMs: -5_000 }), 'timedatectl'],
    ['event-loop a', host('a', { loopLagMs: 4_000 }), 'vmstat'],
    ['error-bus a', host('a', { bus: { heard: false, event: '', reason: 'no answer' } }), '/bus'],
    ['error-bus a', host('a', {}, { inHistory: false }), 'coordinator events -f'],
    ['disk a', host('a', { disk: { path: '/d', freeBytes: 5e8, totalBytes: 1e9, reserveBytes: 4e8 } }), 'df -h /d'],
    ['redis a', host('a', { redis: { up: false, place: 'r:6379', pingMs: 0, reason: 'gone.' } }), '-h r -p 6379'],
    ['agents a', host('a', { health: 'unhealthy: 1 of 3 agents: shop/vision' }), 'logs vision --host a'],
    [
      'cross-host a',
      host('a', {}, { answers: [{ host: 'b', endpoint: 'b:5555', answer: '', milliseconds: 9, reason: 'no answer' }] }),
      "ss -ltn 'sport = :5555'",
    ],
  ])('%s', (name, sight, remedy) => {
    const found = ill(fleet(sight, host('b')));
    expect(names(found)).toEqual([name]);
    expect(found[0]?.remedy).toContain(remedy);
  });

  test('a clock that is off by less than the way may have taken is none', () => {
    expect(ill(fleet(host('a', { clockAheadMs: 4_000, roundTripMs: 5_000 })))).toEqual([]);
  });

  test('what could not be asked is skipped, and told once', () => {
    const { diagnosis: _, ...silent } = host('a', {}, { problem: 'no answer.' });
    const found = judgeAll(fleet(silent, host('b')));
    expect(names(found.filter(({ ok, skipped }) => !ok && skipped !== true))).toEqual(['hosts a']);
    expect(found.filter(({ skipped }) => skipped).length).toBeGreaterThan(5);
  });
});

describe('certificates', () => {
  const texts = (days: number): { readonly key: string; readonly cert: string } => {
    const folder = mkdtempSync(join(tmpdir(), 'outrider-cert-'));
    try {
      const [key, file] = [join(folder, 'key'), join(folder, 'cert')];
      const words = ['req', '-x509', '-newkey', 'ed25519', '-nodes', '-subj', '/CN=a', '-days', String(days)];
      execFileSync('openssl', [...words, '-keyout', key, '-out', file], { stdio: 'ignore' });
      return { key: readFileSync(key, 'utf8'), cert: readFileSync(file, 'utf8') };
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const made = (days: number): CertificateSight => seeCertificate('redis.tls.cert', texts(days).cert);

  test('one that ends soon is bad, one that ends later is not', () => {
    const [soon] = ill(fleet(host('a', { certificates: [made(3), made(90)] })));
    expect(soon).toMatchObject({ check: 'certificates', detail: expect.stringMatching(/ends in [23] days/) as string });
    expect(ill(fleet(host('a', { certificates: [made(90)] })))).toEqual([]);
  });

  test('so is what a server shows, of every server of the settings; one that is away is for others to tell', async () => {
    const [soon, later] = [createTls(texts(3)), createTls(texts(90))];
    for (const server of [soon, later]) server.listen(0, '127.0.0.1');
    await Promise.all([once(soon, 'listening'), once(later, 'listening')]);
    const [first, second] = [soon, later].map((server) => (server.address() as AddressInfo).port) as [number, number];
    const nodes = [first, second, 1].map((port) => ({ host: '127.0.0.1', port }));
    try {
      const seen = await seeRedisCertificates({ kind: 'cluster', nodes, tls: {} }, 5_000);
      expect(seen.map(({ path }) => path)).toEqual([`127.0.0.1:${first}`, `127.0.0.1:${second}`]);
      const [found] = ill(fleet(host('a', { certificates: seen })));
      expect(found?.detail).toMatch(new RegExp(`^the certificate of Redis at 127.0.0.1:${first} ends in [23] days:`));
      expect(found?.remedy).toContain(`openssl s_client -connect 127.0.0.1:${first};`);
      expect(await seeRedisCertificates({ kind: 'single', url: `rediss://127.0.0.1:${second}` }, 5_000)).toHaveLength(
        1,
      );
      expect(await seeRedisCertificates({ kind: 'single', url: `redis://127.0.0.1:${second}` }, 5_000)).toEqual([]);
    } finally {
      soon.close();
      later.close();
    }
  });

  test('what is none is bad', () => {
    const none = seeCertificate('redis.tls.ca', 'hello');
    expect(names(ill(fleet(host('a', { certificates: [none] }))))).toEqual(['certificates a']);
  });
});

test('who listens: ourselves, nobody', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  const [own] = seeListeners([{ what: 'grpc', address: `127.0.0.1:${port}` }]);
  expect(own).toMatchObject({ pid: process.pid, own: true });
  await new Promise((resolve) => server.close(resolve));
  expect(seeListeners([{ what: 'grpc', address: `127.0.0.1:${port}` }])[0]).toMatchObject({ pid: 0, own: false });
});
