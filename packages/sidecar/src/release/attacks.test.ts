/** Whatever a coordinator may say: a host takes no manifest that leads out of its tree, and no content that is another. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { hostileManifests } from '@outrider/shared/testing/hostile-manifests.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Releases } from '../supervise/ports.js';
import { createReleases } from './releases.js';
import { startBlobServer, TOKEN } from './testing/blob-server.js';
import { sampleOf } from './testing/sample.js';

let folder: string;
let releases: Releases;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-attacks-'));
  releases = createReleases({ dataDir: folder, token: () => TOKEN, clock: systemClock, patienceMs: 0 });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a host refuses', () => {
  test.each(hostileManifests('assistants').map((hostile) => [hostile.name, hostile] as const))(
    '%s',
    (_, { bytes, sentence }) => {
      const digest = sha256(bytes);
      const { documents } = sampleOf('1.0.0', {}, { digest });
      const given = { ...documents, manifest: bytes, release: { ...documents.release, digest } };
      expect(() => releases.accept(given)).toThrow(sentence);
      expect(readdirSync(join(folder, 'releases'))).toEqual([]);
    },
  );
});

describe('a content that is not what the manifest says', () => {
  const ONE = sampleOf('1.0.0', { 'agents.yaml': 'app: assistants\n', 'a.py': 'print(1)\n' });

  test.each<[string, (data: Buffer) => Buffer, RegExp]>([
    ['longer, without end', (data) => Buffer.concat([data, Buffer.alloc(1024 * 1024, 'x')]), /longer than \d+ bytes/],
    ['another of the same length', (data) => Buffer.alloc(data.length, 'x'), /has the sha256/],
    ['cut short', (data) => data.subarray(1), /has the sha256/],
  ])('is not kept: %s', async (_, spoil, sentence) => {
    const server = await startBlobServer(ONE.contents);
    server.spoil = (_sha256, data) => spoil(data);
    releases.accept(ONE.documents);
    const never = new AbortController().signal;
    const staging = releases.stage('assistants', ONE.release, [server.address], () => undefined, never);
    await expect(staging).rejects.toThrow(sentence);
    await server.close();
    expect(existsSync(releases.tree('assistants', ONE.release))).toBe(false);
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
    for (const name of readdirSync(join(folder, 'blobs'), { recursive: true, encoding: 'utf8' })) {
      if (!name.includes('/')) continue;
      expect(sha256(readFileSync(join(folder, 'blobs', name)))).toBe(name.split('/')[1]);
    }
  });
});

test('names that differ in case, spaces and far scripts are built as they are', async () => {
  const names = ['A/x', 'a/x', ' leading', 'trailing ', 'ümläut/日本', '-rf', 'a b', '%2e%2e', '..hidden', '...'];
  const sample = sampleOf('1.0.0', Object.fromEntries(names.map((name) => [name, name])));
  const server = await startBlobServer(sample.contents);
  releases.accept(sample.documents);
  const never = new AbortController().signal;
  await releases.stage('assistants', sample.release, [server.address], () => undefined, never);
  await server.close();
  for (const name of names) {
    expect(readFileSync(join(releases.tree('assistants', sample.release), name), 'utf8')).toBe(name);
  }
});
