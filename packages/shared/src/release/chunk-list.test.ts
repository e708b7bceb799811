import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { CHUNK_SIZES } from '../domain/chunking.js';
import { deltaOf, newBytesOf } from '../domain/delta.js';
import { chunksOf, packChunks, unpackChunks } from './chunk-list.js';

async function* pieces(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < content.length; from += size) yield content.subarray(from, from + size);
}

it('chunks tile the content, are named by what is in them, and are the same in whatever pieces it is read', async () => {
  const content = randomBytes(700_000);
  const chunks = await chunksOf(pieces(content, 64 * 1024));
  let end = 0;
  for (const { name, offset, size } of chunks) {
    expect(offset).toBe(end);
    end += size;
    const digest = createHash('sha256').update(content.subarray(offset, end)).digest('hex');
    expect(digest.startsWith(name)).toBe(true);
  }
  expect(end).toBe(content.length);
  expect(await chunksOf(pieces(content, 999))).toEqual(chunks);
  expect(await chunksOf(pieces(Buffer.alloc(0), 1))).toEqual([]);
});

it('a list of chunks comes back from its packed form, and what is none is refused', async () => {
  const chunks = await chunksOf(pieces(randomBytes(500_000), 64 * 1024));
  const packed = packChunks(chunks);
  expect(packed.length).toBe(11 * chunks.length);
  expect(unpackChunks(packed)).toEqual(chunks);
  expect(() => unpackChunks(packed.subarray(1))).toThrow('A list of chunks has an odd length.');
});

it('of a byte put in at the front, one or two chunks are new', async () => {
  const before = randomBytes(2_000_000);
  const after = Buffer.concat([Buffer.from('!'), before]);
  const parts = deltaOf(await chunksOf(pieces(before, 65_536)), await chunksOf(pieces(after, 65_536)));
  expect(newBytesOf(parts)).toBeLessThan(2 * CHUNK_SIZES.max);
});
