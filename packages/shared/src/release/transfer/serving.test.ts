import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../runtime/clock.js';
import { eventually } from '../../testing/eventually.js';
import { BlobStore } from '../store/blob-store.js';
import { ChunkLists } from './chunk-lists.js';
import { Pace } from './pace.js';
import type { OutgoingPiece } from './piece.js';
import { type BlobsAsk, BlobServing, type ServingOptions } from './serving.js';

let folder: string;
let store: BlobStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serving-'));
  store = new BlobStore(folder);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function keep(data: Buffer): string {
  const sha256 = createHash('sha256').update(data).digest('hex');
  store.putWhole(sha256, data);
  return sha256;
}

const servingOf = (more: Partial<ServingOptions> = {}): BlobServing =>
  new BlobServing({
    ...{
      files: store,
      clock: systemClock,
      mostAtOnce: 8,
      pace: new Pace(undefined, systemClock),
      sent: () => undefined,
    },
    lists: new ChunkLists((sha256) => store.path(sha256)),
    remove: (sha256) => store.remove(sha256),
    ...more,
  });

const askFor = (sha256: readonly string[], more: Partial<BlobsAsk> = {}): BlobsAsk => ({
  ...{ sha256, bases: [], packed: true, suspects: [] },
  ...more,
});

const CALLER = { peer: '127.0.0.1:4000', signal: new AbortController().signal };

/** Without those that say only that the sender is there. */
async function all(pieces: AsyncIterable<OutgoingPiece>, found: OutgoingPiece[] = []): Promise<OutgoingPiece[]> {
  for await (const piece of pieces) if (piece.data !== undefined) found.push(piece);
  return found;
}

test('only so many are served at once; the next begins when one ends, be it read to its end or left', async () => {
  const sha256 = keep(randomBytes(600_000));
  const serving = servingOf({ mostAtOnce: 1 });
  const first = serving.serve(askFor([sha256]), CALLER);
  await first.next();
  const events: string[] = [];
  const second = all(serving.serve(askFor([sha256]), CALLER)).then(() => events.push('second'));
  const gone = new AbortController();
  const third = all(serving.serve(askFor([sha256]), { ...CALLER, signal: gone.signal })).then(() =>
    events.push('third'),
  );
  gone.abort();
  await third;
  expect(events).toEqual(['third']);
  await first.return(undefined);
  await second;
  expect(events).toEqual(['third', 'second']);
});

test('what is on its way is sent once it is here', async () => {
  let count = 0;
  const content = Buffer.from('it comes later');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const before = keep(Buffer.from('here already'));
  const serving = servingOf({ pulse: () => (count += 1) });
  const pieces: OutgoingPiece[] = [];
  const served = all(serving.serve(askFor([sha256, before]), CALLER), pieces);
  await eventually(() => pieces.length === 1);
  keep(content);
  await served;
  expect(pieces.map(({ data }) => data?.toString())).toEqual(['here already', 'it comes later']);
});

test('what is not on its way is left out after a while, where there might have been something', async () => {
  const here = keep(Buffer.from('here'));
  const serving = servingOf({ pulse: () => undefined });
  expect(await all(serving.serve(askFor([here, 'a'.repeat(64)]), CALLER))).toHaveLength(1);
});

test('a suspect is looked at: the others are sent, it is taken out and said to be damaged', async () => {
  const [good, bad] = [keep(Buffer.from('good')), keep(Buffer.from('bad'))];
  writeFileSync(store.path(bad), 'worse');
  const pieces: OutgoingPiece[] = [];
  const serve = () => all(servingOf().serve(askFor([bad, good], { suspects: [bad, good] }), CALLER), pieces);
  await expect(serve()).rejects.toThrow(`The blob ${bad} was damaged on the disk`);
  expect(pieces.map(({ data }) => data?.toString())).toEqual(['good']);
  expect(await store.size(bad)).toBeUndefined();
});

test.each([
  ['no digest', askFor(['../../etc/passwd'])],
  ['no digest as a base', askFor([], { bases: [{ sha256: 'a'.repeat(64), base: '../x' }] })],
  ['no digest as a suspect', askFor([], { suspects: ['..'] })],
  ['too many', askFor(Array.from({ length: 100_001 }, () => 'a'.repeat(64)))],
])('%s is refused', async (_what, ask) => {
  await expect(all(servingOf().serve(ask, CALLER))).rejects.toMatchObject({ code: 'invalid' });
});
