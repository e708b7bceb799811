import {
  existsSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { sha256 } from '../../runtime/digest.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { receiveAll } from '../transfer/receiving.js';
import { type BlobPiece, BlobStore } from './blob-store.js';

let folder: string;
let store: BlobStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-blobs-'));
  store = new BlobStore(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const incoming = (): string[] => readdirSync(join(folder, 'incoming'));
const pieces = (content: Buffer, size = 100_000): BlobPiece[] => {
  const count = Math.max(1, Math.ceil(content.length / size));
  return Array.from({ length: count }, (_, index) => ({
    sha256: index === 0 ? sha256(content) : '',
    data: content.subarray(index * size, (index + 1) * size),
    last: index === count - 1,
  }));
};

/** As they come over the wire. */
const receive = (some: Iterable<BlobPiece> | AsyncIterable<BlobPiece>): Promise<number> =>
  receiveAll(
    store,
    (async function* () {
      const rest = { base: '', copyOffset: 0, copySize: 0, inflatedSize: 0, bundle: Buffer.alloc(0), bundleSizes: [] };
      for await (const piece of some) yield { ...rest, ...piece };
    })(),
  );

test('what goes in comes out, in pieces, empty ones too', async () => {
  const contents = [randomBytes(700_000), Buffer.alloc(0), Buffer.from('small')];
  expect(await store.missing(contents.map(sha256))).toHaveLength(3);
  expect(await receive(contents.flatMap((content) => pieces(content)))).toBe(3);
  for (const content of contents) expect(await store.readWhole(sha256(content))).toEqual(content);
  expect(await store.missing(contents.map(sha256))).toEqual([]);
  const big: BlobPiece[] = [];
  for await (const piece of store.read(sha256(contents[0]!))) big.push(piece);
  expect(big.map((piece) => piece.last)).toEqual([false, false, true]);
  expect(big.map((piece) => piece.sha256 !== '')).toEqual([true, false, false]);
  expect(incoming()).toEqual([]);
});

test('another content than its digest is refused, what came whole before it stays', async () => {
  const good = Buffer.from('good');
  const lie = { sha256: sha256('truth'), data: Buffer.from('lie'), last: true };
  await expect(receive([...pieces(good), lie])).rejects.toThrow(/has the sha256/);
  expect(await store.missing([sha256(good), lie.sha256])).toEqual([lie.sha256]);
  expect(incoming()).toEqual([]);
});

test('a lie early in a long stream is not forgotten by its end', async () => {
  const lie = { sha256: sha256('truth'), data: Buffer.from('lie'), last: true };
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  async function* slow(): AsyncGenerator<BlobPiece> {
    yield lie;
    // Until it was refused and cleared away.
    while (incoming().length > 0) await turn();
    await turn();
    for (let index = 0; index < 20; index += 1) yield* pieces(Buffer.from(`content ${index}`));
  }
  await expect(receive(slow())).rejects.toThrow(/has the sha256/);
});

test('a stream that breaks off leaves nothing half', async () => {
  const content = randomBytes(500_000);
  await expect(receive(pieces(content).slice(0, 3))).rejects.toThrow(/without its end/);
  async function* broken(): AsyncGenerator<BlobPiece> {
    yield* pieces(content).slice(0, 3);
    throw new Error('the caller has gone');
  }
  await expect(receive(broken())).rejects.toThrow('the caller has gone');
  expect(await store.missing([sha256(content)])).toEqual([sha256(content)]);
  expect(incoming()).toEqual([]);
});

test('a blob that begins inside another is refused', async () => {
  const [first] = pieces(randomBytes(500_000));
  const [other] = pieces(randomBytes(500_000));
  await expect(receive([first!, other!])).rejects.toThrow(/begins before/);
});

test('a damaged blob is taken out, so that it can come again', async () => {
  const content = Buffer.from('content');
  await store.put(sha256(content), content);
  writeFileSync(store.path(sha256(content)), 'damaged');
  await expect(store.readWhole(sha256(content))).rejects.toThrow(/damaged/);
  expect(await store.missing([sha256(content)])).toEqual([sha256(content)]);
});

test.each(['', '../../etc/passwd', 'A'.repeat(64), 'ab'])('%j is no digest and becomes no path', async (text) => {
  await expect(store.missing([text])).rejects.toThrow(/is no digest/);
  await expect(store.readWhole(text)).rejects.toThrow(/is no digest/);
  expect(() => store.putWhole(text, Buffer.from('x'))).toThrow(/is no digest/);
  await expect(store.begin(text)).rejects.toThrow(/is no digest/);
});

test('what a crash left behind is cleared away at the start', async () => {
  writeFileSync(join(folder, 'incoming', 'half'), 'x');
  store = new BlobStore(folder);
  expect(incoming()).toEqual([]);
});

const AGO = new Date(Date.now() - 3_600_000);
const stored = async (text: string, at = AGO): Promise<string> => {
  const content = Buffer.from(text);
  await store.put(sha256(content), content);
  utimesSync(store.path(sha256(content)), at, at);
  return sha256(content);
};
const nobody = { isLive: () => false, since: Date.now() - 1_800_000 };

test('what nobody needs is collected; what lives, is held, is young or was asked for just now stays', async () => {
  const [dead, live, held, asked] = await Promise.all(['dead', 'live', 'held', 'asked'].map((text) => stored(text)));
  const young = await stored('young', new Date());
  const later = sha256('on its way');
  const [letGo, letGoLater] = [store.hold([held!, later]), store.hold([held!])];
  await store.missing([asked!]);
  const collect = { ...nobody, isLive: (sha: string) => sha === live };
  expect(await store.collect({ ...collect, dryRun: true })).toEqual({ blobs: 1, bytes: 4 });
  expect(await store.missing([dead!])).toEqual([]);
  utimesSync(store.path(dead!), AGO, AGO);
  expect(await store.collect(collect)).toEqual({ blobs: 1, bytes: 4 });
  expect(await store.missing([dead!, live!, held!, asked!, young])).toEqual([dead]);
  // Held twice: the second is still there. An end that is told again ends nothing.
  letGo();
  letGo();
  utimesSync(store.path(held!), AGO, AGO);
  expect((await store.collect(collect)).blobs).toBe(0);
  letGoLater();
  expect((await store.collect(collect)).blobs).toBe(1);
});

test('what a tree is linked to frees nothing', async () => {
  const sha = await stored('linked');
  linkSync(store.path(sha), join(folder, 'link'));
  expect(await store.collect(nobody)).toEqual({ blobs: 1, bytes: 0 });
  expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('linked');
});

const mark = (): string => join(folder, 'unsynced');

test('what is not durable yet is written down before it stands there, until it is', async () => {
  expect(existsSync(mark())).toBe(false);
  store.putWhole(sha256('a'), Buffer.from('a'));
  expect(JSON.parse(readFileSync(mark(), 'utf8'))).toMatchObject({ since: expect.any(Number) as number });
  await store.settle();
  expect(existsSync(mark())).toBe(false);
  for (let index = 0; index < 20; index += 1) store.putWhole(sha256(`${index}`), Buffer.from(`${index}`));
  const settling = store.settle();
  // It has begun with what was there.
  await Promise.resolve();
  await Promise.resolve();
  store.putWhole(sha256('b'), Buffer.from('b'));
  await settling;
  expect(existsSync(mark())).toBe(true);
  await store.settle();
  expect(existsSync(mark())).toBe(false);
});

test('a killed process loses nothing; after a power cut, what may be empty is gone and what was durable is there', async () => {
  const durable = await stored('durable');
  store.putWhole(sha256('perhaps'), Buffer.from('perhaps'));
  store = new BlobStore(folder);
  expect(await store.missing([durable, sha256('perhaps')])).toEqual([]);
  const { since } = JSON.parse(readFileSync(mark(), 'utf8')) as { since: number };
  writeFileSync(mark(), JSON.stringify({ boot: 'another', since }));
  store = new BlobStore(folder);
  expect(await store.missing([durable, sha256('perhaps')])).toEqual([sha256('perhaps')]);
  expect(existsSync(mark())).toBe(false);
});

test('what a killed process has left not durable becomes so with the next', async () => {
  store.putWhole(sha256('a'), Buffer.from('a'));
  store = new BlobStore(folder);
  await store.settle();
  expect(existsSync(mark())).toBe(false);
  expect(await store.missing([sha256('a')])).toEqual([]);
});
