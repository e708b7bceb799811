import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BlobStore } from '../store/blob-store.js';
import { WrongContent } from '../store/incoming-blob.js';
import { ChunkLists } from './chunk-lists.js';
import { Compression } from './compression.js';
import { type Piece, wireBytesOf } from './piece.js';
import { BlobReceiver, type Came, WrongDelta } from './receiving.js';
import { sendContents, type SendOptions } from './sending.js';

let folder: string;
let here: BlobStore;
let there: BlobStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'transfer-'));
  here = new BlobStore(join(folder, 'here'));
  there = new BlobStore(join(folder, 'there'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

function keep(store: BlobStore, data: Uint8Array): string {
  store.putWhole(digest(data), data);
  return digest(data);
}

const filled = ({ sha256 = '', data, last = false, ...piece }: Partial<Piece>): Piece => ({
  ...{ sha256, data: data ?? Buffer.alloc(0), last, base: '', copyOffset: 0, copySize: 0, inflatedSize: 0 },
  ...{ bundle: Buffer.alloc(0), bundleSizes: [] },
  ...piece,
});

interface Travelled {
  readonly wire: number;
  readonly messages: number;
  readonly new: number;
  readonly copied: number;
}

async function travel(wanted: readonly string[], options: Partial<SendOptions> = {}): Promise<Travelled> {
  const total = { wire: 0, messages: 0, new: 0, copied: 0 };
  const came = (bytes: Came): void => {
    total.new += bytes.new;
    total.copied += bytes.copied;
  };
  const receiver = new BlobReceiver({ store: there, sizeOf: () => Infinity, came });
  try {
    for await (const piece of sendContents(wanted, { path: (sha256) => here.path(sha256), packed: true, ...options })) {
      total.wire += wireBytesOf(piece);
      total.messages += 1;
      await receiver.take(filled(piece));
    }
    receiver.end();
    return total;
  } finally {
    await receiver.abandon();
  }
}

const deltasFrom = (base: string): NonNullable<SendOptions['delta']> => {
  const lists = new ChunkLists((sha256) => here.path(sha256));
  return (sha256) => lists.delta(sha256, base);
};

test('contents of every size arrive whole, whether the receiver understands bundles or not', async () => {
  const sizes = fc.array(
    fc.oneof(fc.nat(300), fc.nat(300_000), fc.constantFrom(0, 131_072, 131_073, 262_144, 600_000)),
  );
  await fc.assert(
    fc.asyncProperty(sizes, fc.boolean(), async (wanted, packed) => {
      const contents = wanted.map((size) => randomBytes(size));
      const digests = [...new Set(contents.map((data) => keep(here, data)))];
      const { new: came } = await travel(digests, { packed });
      expect(came).toBe(
        [...new Map(contents.map((data) => [digest(data), data.length])).values()].reduce((a, b) => a + b, 0),
      );
      for (const sha256 of digests) {
        expect(await there.isWhole(sha256)).toBe(true);
        await there.remove(sha256);
      }
    }),
    { numRuns: 40 },
  );
});

test('many small contents travel in few messages', async () => {
  const digests = Array.from({ length: 2_000 }, (_none, index) => keep(here, Buffer.from(`content ${index}`)));
  const { messages, wire } = await travel(digests);
  expect(messages).toBeLessThan(10);
  expect(wire).toBeLessThan(2_000 * 50);
});

test('a byte put in at the front, the middle or the end of a large content sends a few chunks of it', async () => {
  const before = randomBytes(8_000_000);
  const base = keep(here, before);
  keep(there, before);
  for (const at of [0, 4_000_000, 8_000_000]) {
    const after = keep(here, Buffer.concat([before.subarray(0, at), Buffer.from('!'), before.subarray(at)]));
    const { wire, copied, new: came } = await travel([after], { delta: deltasFrom(base) });
    expect(await there.isWhole(after)).toBe(true);
    expect(wire).toBeLessThan(3 * 128 * 1024);
    expect(copied + came).toBe(8_000_001);
  }
});

test('any change of a large content arrives whole', async () => {
  const edit = fc.record({ at: fc.nat(3_000_000), cut: fc.nat(200_000), put: fc.nat(200_000) });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 4 }), async (edits) => {
      const before = randomBytes(3_000_000);
      const after = edits.reduce(
        (data, { at, cut, put }) => Buffer.concat([data.subarray(0, at), randomBytes(put), data.subarray(at + cut)]),
        before,
      );
      const base = keep(here, before);
      keep(there, before);
      const wanted = keep(here, after);
      await there.remove(wanted);
      if (wanted === base) return;
      await travel([wanted], { delta: deltasFrom(base) });
      expect(await there.isWhole(wanted)).toBe(true);
    }),
    { numRuns: 12 },
  );
});

test('a content put together from a damaged one is refused, and said to be that', async () => {
  const before = randomBytes(2_000_000);
  const base = keep(here, before);
  keep(there, before);
  writeFileSync(there.path(base), Buffer.concat([randomBytes(1_000_000), before.subarray(1_000_000)]));
  const after = keep(here, Buffer.concat([Buffer.from('!'), before]));
  await expect(travel([after], { delta: deltasFrom(base) })).rejects.toThrow(WrongDelta);
  expect(await there.size(after)).toBeUndefined();
});

test('a content that is another than announced is refused, in a bundle too; what came before it stays', async () => {
  const [good, bad] = [keep(here, Buffer.from('good')), keep(here, Buffer.from('bad'))];
  writeFileSync(here.path(bad), 'worse');
  await expect(travel([good, bad])).rejects.toThrow(WrongContent);
  expect(await there.isWhole(good)).toBe(true);
  expect(await there.size(bad)).toBeUndefined();
});

test('a change of a content that the receiver does not have is refused', async () => {
  const before = randomBytes(2_000_000);
  const base = keep(here, before);
  const after = keep(here, Buffer.concat([before, Buffer.from('!')]));
  await expect(travel([after], { delta: deltasFrom(base) })).rejects.toThrow('a change of one that is not here');
});

/** A wire that takes so many bytes in a millisecond. */
async function overWire(bytesPerMs: number, wanted: readonly string[]): Promise<Travelled> {
  let now = 0;
  const compression = new Compression(() => now);
  const total = { wire: 0, messages: 0, new: 0, copied: 0 };
  const came = (bytes: Came): void => void (total.new += bytes.new);
  const receiver = new BlobReceiver({ store: there, sizeOf: () => Infinity, came });
  const path = (sha256: string): string => here.path(sha256);
  for await (const piece of sendContents(wanted, { path, packed: true, compression })) {
    now += wireBytesOf(piece) / bytesPerMs;
    total.wire += wireBytesOf(piece);
    await receiver.take(filled(piece));
  }
  return total;
}

test('what shrinks is deflated where the wire is slow, and nothing is where it is fast', async () => {
  const text = keep(here, Buffer.from('all work and no play '.repeat(400_000)));
  const slow = await overWire(1_000, [text]);
  expect(slow.new).toBe(8_400_000);
  expect(slow.wire).toBeLessThan(2_500_000);
  await there.remove(text);
  expect((await overWire(1_000_000, [text])).wire).toBe(8_400_000);
  const noise = keep(here, randomBytes(4_000_000));
  expect((await overWire(1_000, [noise])).wire).toBe(4_000_000);
});

test('what inflates to more than was announced is refused before it takes memory', async () => {
  const bomb = deflateRawSync(Buffer.alloc(200_000_000));
  const receiver = new BlobReceiver({ store: there, sizeOf: () => Infinity });
  const piece = (inflatedSize: number): Piece =>
    filled({ sha256: 'a'.repeat(64), data: bomb, last: true, inflatedSize });
  await expect(receiver.take(piece(1_000))).rejects.toThrow('A piece inflates to more than the 1000 bytes');
  await expect(receiver.take(piece(200_000_000))).rejects.toThrow('1048576 are allowed');
  await expect(receiver.take(filled({ ...piece(10), data: Buffer.from('junk') }))).rejects.toThrow(
    'cannot be inflated',
  );
});

test('no message makes more of a content than was asked for', async () => {
  const base = keep(there, randomBytes(100_000));
  const receiver = new BlobReceiver({ store: there, sizeOf: () => 100_001 });
  const first = filled({ sha256: 'a'.repeat(64), base, copySize: 100_000 });
  await receiver.take(first);
  await expect(receiver.take(filled({ copySize: 100_000 }))).rejects.toThrow('longer than 100001 bytes');
  await receiver.abandon();
  await expect(receiver.take({ ...first, copyOffset: -1 })).rejects.toThrow('A copy begins at -1');
  await receiver.abandon();
  await expect(receiver.take({ ...first, base: '../../etc/passwd' })).rejects.toThrow('one that is not here');
  await receiver.abandon();
});
