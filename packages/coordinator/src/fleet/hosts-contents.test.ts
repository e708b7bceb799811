/** What this coordinator has lost comes back from hosts that have it, over real gRPC. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppStatus, HostStatus } from '@outrider/shared/domain/host.js';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { connectSidecar } from '@outrider/shared/rpc/client.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { startSidecarGrpc, type SidecarGrpcOptions } from '@outrider/sidecar/link/grpc.js';
import { createContents } from '@outrider/sidecar/release/contents.js';
import { NO_HEALTH, NOBODY_LOOKS, NOTHING_TO_CHECK, TRUSTS_ALL } from '@outrider/sidecar/testing/no-trust.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FleetHost } from '../engine/ports.js';
import { HostsContents } from './hosts-contents.js';

const TOKEN = 'a-token-of-some-length';
const MANIFEST = Buffer.from('a manifest');
const RELEASE = { app: 'shop', digest: sha256(MANIFEST) };
const NEVER = new AbortController().signal;
const CODE = ['one', 'two', 'three'.repeat(100_000)];
const WANTED = new Map(CODE.map((text) => [sha256(text), text.length]));

let folder: string;
let blobs: BlobStore;
const closers: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-hosts-contents-'));
  blobs = new BlobStore(join(folder, 'coordinator'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** A host that says it has the release, and has these contents of it. */
async function host(name: string, texts: readonly string[], manifest?: Buffer): Promise<FleetHost> {
  const dataDir = join(folder, name);
  const stored = new BlobStore(join(dataDir, 'blobs'));
  for (const text of texts) await stored.put(sha256(text), Buffer.from(text));
  const app = { app: 'shop', active: { version: '1', digest: RELEASE.digest, specDigest: 's' } } as AppStatus;
  const status = { host: name, environment: 'local', apps: [app], instances: [] } as unknown as HostStatus;
  const specs: SidecarGrpcOptions['specs'] = {
    knownSpec: () => Buffer.from('a spec'),
    knownManifest: () => {
      if (manifest === undefined) throw new OutriderError('not_found', 'It was never staged here.');
      return manifest;
    },
  };
  const nobody = {} as never;
  const grpc = await startSidecarGrpc({
    ...{ host: { status: () => status, onChange: () => () => undefined } as never, agents: nobody, logs: nobody },
    ...{ samples: nobody, preflight: nobody, hooks: nobody, specs },
    ...{ trust: TRUSTS_ALL, checks: NOTHING_TO_CHECK, health: NO_HEALTH, self: NOBODY_LOOKS },
    contents: createContents({
      ...{ dataDir, clock: systemClock, mostAtOnce: 8, sent: () => undefined, pulse: () => undefined },
    }),
    ...{ listen: ['127.0.0.1:0'], tokens: () => [TOKEN], onBug: (error) => console.error(error) },
  });
  closers.push(() => grpc.close());
  const endpoint = grpc.addresses[0] ?? '';
  return { ...{ name, address: '127.0.0.1', endpoint, labels: {}, state: 'up', status } };
}

function contentsOf(hosts: readonly FleetHost[]): HostsContents {
  const remotes = new Map(
    hosts.map(({ name, endpoint }) => [name, connectSidecar({ endpoint, token: TOKEN })] as const),
  );
  closers.push(() => [...remotes.values()].forEach((remote) => remote.close()));
  return new HostsContents({ hosts: () => hosts, remote: (name) => remotes.get(name), blobs, clock: systemClock });
}

const there = async (): Promise<string[]> => {
  const missing = await blobs.missing([...WANTED.keys()]);
  return CODE.filter((text) => !missing.includes(sha256(text)));
};

test('contents come from whoever has them, each proven', async () => {
  const [spoiled, some, rest] = [await host('a', CODE), await host('b', CODE.slice(0, 2)), await host('c', CODE)];
  const path = new BlobStore(join(folder, 'a/blobs')).path(sha256('one'));
  writeFileSync(path, 'eno');
  await contentsOf([spoiled, some, rest]).contents(RELEASE, WANTED, NEVER);
  expect(await there()).toEqual(CODE);
  for (const one of WANTED.keys()) expect(await blobs.isWhole(one)).toBe(true);
});

test('what no host has stays away, and hosts that are away or have another release are not asked', async () => {
  const some = await host('a', CODE.slice(0, 1));
  const away: FleetHost = { ...(await host('b', CODE)), state: 'down' };
  const other = await host('c', CODE);
  const another = { ...other, status: { ...other.status, apps: [] } as unknown as HostStatus };
  await contentsOf([some, away, another]).contents(RELEASE, WANTED, NEVER);
  expect(await there()).toEqual(['one']);
});

test('the manifest comes from whoever has it whole', async () => {
  const hosts = [await host('a', []), await host('b', [], Buffer.from('another')), await host('c', [], MANIFEST)];
  await contentsOf(hosts.slice(0, 2)).manifest(RELEASE, NEVER);
  expect(await blobs.size(RELEASE.digest)).toBeUndefined();
  await contentsOf(hosts).manifest(RELEASE, NEVER);
  expect(await blobs.readWhole(RELEASE.digest)).toEqual(MANIFEST);
});
