import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StagePeer } from '@outrider/shared/domain/host.js';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { ChunkLists } from '@outrider/shared/release/transfer/chunk-lists.js';
import { Pace } from '@outrider/shared/release/transfer/pace.js';
import { BlobServing } from '@outrider/shared/release/transfer/serving.js';
import type { GrpcServer } from '@outrider/shared/rpc/server.js';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type FetchOptions, fetchBlobs, type Origin } from './blob-fetch.js';
import { createContents } from './contents.js';
import { type Serve, startContentServer } from './testing/content-server.js';
import { TOKEN } from './testing/blob-server.js';

let folder: string;
let source: BlobStore;
let coordinator: GrpcServer;
let sentByCoordinator: number;
let closers: (() => Promise<void>)[];

const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

function keep(store: BlobStore, data: Uint8Array): string {
  store.putWhole(digest(data), data);
  return digest(data);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-fetch-'));
  source = new BlobStore(join(folder, 'coordinator'));
  sentByCoordinator = 0;
  closers = [];
  const serving = new BlobServing({
    ...{ files: source, clock: systemClock, mostAtOnce: 32, pace: new Pace(undefined, systemClock) },
    lists: new ChunkLists((sha256) => source.path(sha256)),
    remove: (sha256) => source.remove(sha256),
    sent: (bytes) => (sentByCoordinator += bytes),
  });
  coordinator = await startContentServer('coordinator', (ask, caller) => serving.serve(ask, caller), TOKEN);
  closers.push(() => coordinator.close());
});

afterEach(async () => {
  for (const close of closers) await close();
  rmSync(folder, { recursive: true, force: true });
});

/** A host that stages and serves at the same time, as a sidecar does. */
class Host {
  readonly store: BlobStore;
  readonly from: Record<Origin, number> = { coordinator: 0, peer: 0, here: 0 };
  peer: StagePeer;
  private running = false;
  private count = 0;

  private constructor(readonly name: string) {
    this.store = new BlobStore(join(folder, name, 'blobs'), join(folder, name, 'incoming'));
    this.peer = { host: name, endpoint: '', hasIt: false };
  }

  /** `serve`: instead of what a sidecar does. */
  static async start(name: string, serve?: Serve): Promise<Host> {
    const host = new Host(name);
    const contents = createContents({
      ...{ dataDir: join(folder, name), clock: systemClock, mostAtOnce: 8, sent: () => undefined },
      pulse: () => (host.running ? host.count : undefined),
    });
    const server = await startContentServer('sidecar', serve ?? ((...call) => contents.send(...call)), TOKEN);
    closers.push(() => server.close());
    host.peer = { ...host.peer, endpoint: server.addresses[0] ?? '' };
    return host;
  }

  async fetch(wanted: Iterable<string>, peers: readonly StagePeer[], more: Partial<FetchOptions> = {}): Promise<void> {
    const bytes = new Map<string, number>();
    for (const sha256 of wanted) bytes.set(sha256, (await source.size(sha256)) ?? 0);
    this.running = true;
    try {
      await fetchBlobs({
        ...{ blobs: this.store, wanted: bytes, sources: coordinator.addresses, host: this.name, peers },
        ...{ token: () => TOKEN, clock: systemClock, signal: new AbortController().signal, patienceMs: 20_000 },
        progress: (came, origin) => {
          this.count += 1;
          this.from[origin] += came;
        },
        ...more,
      });
    } finally {
      this.running = false;
    }
  }
}

const hostsOf = (count: number, serve?: Serve): Promise<Host[]> =>
  Promise.all(Array.from({ length: count }, (_none, index) => Host.start(`pc${index + 1}`, serve)));

async function expectWhole(host: Host, wanted: Iterable<string>): Promise<void> {
  for (const sha256 of wanted) expect(await host.store.isWhole(sha256)).toBe(true);
}

/** Some hundred small contents and a few large ones; bytes of them all. */
function someContents(): { readonly wanted: readonly string[]; readonly bytes: number } {
  const sizes = [...Array.from({ length: 120 }, (_none, index) => 100 + 97 * index), 700_000, 900_000, 1_500_000];
  return { wanted: sizes.map((size) => keep(source, randomBytes(size))), bytes: sizes.reduce((a, b) => a + b, 0) };
}

describe('hosts that stage together', () => {
  it('let each content leave the coordinator about once, and give each other the rest', async () => {
    const { wanted, bytes } = someContents();
    const hosts = await hostsOf(5);
    const peers = hosts.map(({ peer }) => peer);
    await Promise.all(hosts.map((host) => host.fetch(wanted, peers)));
    for (const host of hosts) {
      await expectWhole(host, wanted);
      expect(host.from.coordinator + host.from.peer).toBe(bytes);
      // How much depends on who was quicker; that none stays alone does not.
      expect(host.from.peer).toBeGreaterThan(0);
    }
    expect(sentByCoordinator).toBeLessThan(1.2 * bytes);
  });

  it('are helped by one that has the release: the coordinator sends next to nothing', async () => {
    const { wanted, bytes } = someContents();
    const [old, host] = (await hostsOf(2)) as [Host, Host];
    await old.fetch(wanted, []);
    sentByCoordinator = 0;
    await host.fetch(wanted, [host.peer, { ...old.peer, hasIt: true }]);
    await expectWhole(host, wanted);
    expect(host.from.peer).toBe(bytes);
    expect(sentByCoordinator).toBe(0);
  });

  it('end whole where one lies, and ask it no more', async () => {
    const { wanted } = someContents();
    let asked = 0;
    const liar = await Host.start('pc9', async function* ({ sha256 }) {
      asked += 1;
      for (const one of sha256) yield { sha256: one, data: Buffer.from('a lie'), last: true };
    });
    const hosts = await hostsOf(2);
    const peers = [liar, ...hosts].map(({ peer }) => peer);
    await Promise.all(hosts.map((host) => host.fetch(wanted, peers)));
    for (const host of hosts) await expectWhole(host, wanted);
    expect(asked).toBeLessThanOrEqual(hosts.length);
  });

  it('end whole where one breaks off and one is not there', async () => {
    const { wanted } = someContents();
    const broken = await Host.start('pc9', async function* ({ sha256 }) {
      const [one = ''] = sha256;
      yield { sha256: one, data: Buffer.alloc(50) };
      throw new OutriderError('unavailable', 'It ends.');
    });
    const gone: StagePeer = { host: 'pc8', endpoint: '127.0.0.1:1', hasIt: false };
    const [host] = (await hostsOf(1)) as [Host];
    await host.fetch(wanted, [host.peer, broken.peer, gone]);
    await expectWhole(host, wanted);
  });

  it('end whole in any company, each on its own', async () => {
    const manner = fc.constantFrom('honest', 'late', 'gone', 'liar');
    await fc.assert(
      fc.asyncProperty(fc.array(manner, { minLength: 2, maxLength: 4 }), fc.uuid(), async (manners, run) => {
        const wanted = Array.from({ length: 40 }, (_none, index) => keep(source, Buffer.from(`${run} ${index}`)));
        const lie: Serve = async function* ({ sha256 }) {
          yield { sha256: sha256[0] ?? '', data: Buffer.from('a lie'), last: true };
        };
        const hosts = await Promise.all(
          manners.map((one, index) => Host.start(`${run.slice(0, 8)}-${index}`, one === 'liar' ? lie : undefined)),
        );
        const peers = hosts.map(({ peer }, index) =>
          manners[index] === 'gone' ? { ...peer, endpoint: '127.0.0.1:1' } : peer,
        );
        const honest = hosts.filter((_host, index) => manners[index] === 'honest');
        await Promise.all(honest.map((host) => host.fetch(wanted, peers)));
        // Those who were told later find the others done.
        const late = hosts.filter((_host, index) => manners[index] === 'late');
        await Promise.all(late.map((host) => host.fetch(wanted, peers)));
        for (const host of [...honest, ...late]) await expectWhole(host, wanted);
      }),
      { numRuns: 3 },
    );
  }, 60_000);
});

describe('a large content', () => {
  const grown = (before: Buffer): Buffer => Buffer.concat([Buffer.from('!'), before]);

  it('comes as its difference from an older one', async () => {
    const before = randomBytes(6_000_000);
    const [base, wanted] = [keep(source, before), keep(source, grown(before))];
    const [host] = (await hostsOf(1)) as [Host];
    keep(host.store, before);
    await host.fetch([wanted], [], { bases: new Map([[wanted, base]]) });
    await expectWhole(host, [wanted]);
    expect(sentByCoordinator).toBeLessThan(300_000);
    expect(host.from.here).toBeGreaterThan(5_700_000);
  });

  it('comes whole where the older one has gone bad here', async () => {
    const before = randomBytes(2_000_000);
    const [base, wanted] = [keep(source, before), keep(source, grown(before))];
    const [host] = (await hostsOf(1)) as [Host];
    keep(host.store, before);
    writeFileSync(host.store.path(base), randomBytes(2_000_000));
    await host.fetch([wanted], [], { bases: new Map([[wanted, base]]) });
    await expectWhole(host, [wanted]);
    expect(host.from).toEqual({ coordinator: 2_000_001, peer: 0, here: 0 });
  });
});

describe('a coordinator whose disk has spoiled a content', () => {
  it('is told, takes it out and says so', async () => {
    const wanted = [keep(source, Buffer.from('good')), keep(source, Buffer.from('soon bad'))];
    writeFileSync(source.path(wanted[1] ?? ''), 'not good');
    const [host] = (await hostsOf(1)) as [Host];
    await expect(host.fetch(wanted, [], { patienceMs: 1 })).rejects.toThrow(
      /was damaged on the disk|is not stored here/,
    );
    await expectWhole(host, [wanted[0] ?? '']);
    expect(await source.size(wanted[1] ?? '')).toBeUndefined();
  });
});

it('fetches no faster than it may', async () => {
  const { wanted, bytes } = someContents();
  const [host] = (await hostsOf(1)) as [Host];
  const began = systemClock.monotonic();
  await host.fetch(wanted, [], { pace: new Pace(bytes, systemClock) });
  expect(systemClock.monotonic() - began).toBeGreaterThan(600);
});
