import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_SIZES, Chunker } from './chunking.js';

const MiB = 1024 * 1024;

/** The same bytes for the same seed. */
function bytesOf(seed: number, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_none, index) =>
    createHash('sha256').update(`${seed}/${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

/** Whole chunks of a content that comes in pieces of these sizes, over and over. */
function chunksOf(content: Buffer, pieces: readonly number[] = [content.length]): readonly Buffer[] {
  const chunker = new Chunker();
  const ends: number[] = [];
  for (let from = 0, turn = 0; from < content.length; turn += 1) {
    const piece = content.subarray(from, from + Math.max(1, pieces[turn % pieces.length] ?? 1));
    for (const cut of chunker.cutsIn(piece)) ends.push(from + cut);
    from += piece.length;
  }
  if (ends.at(-1) !== content.length) ends.push(content.length);
  return ends.map((end, index) => content.subarray(ends[index - 1] ?? 0, end));
}

const names = (chunks: readonly Buffer[]): readonly string[] =>
  chunks.map((chunk) => createHash('sha256').update(chunk).digest('hex'));

/** Bytes of the second content that are in no chunk of the first. */
function newBytes(before: Buffer, after: Buffer): number {
  const known = new Set(names(chunksOf(before)));
  const chunks = chunksOf(after);
  return names(chunks).reduce((sum, name, index) => sum + (known.has(name) ? 0 : chunks[index]!.length), 0);
}

describe('chunks', () => {
  const content = bytesOf(1, 8 * MiB);

  it('put together are the content, and have the sizes that are allowed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: MiB }), (seed, length) => {
        const given = bytesOf(seed, length);
        const chunks = chunksOf(given);
        expect(Buffer.concat(chunks).equals(given)).toBe(true);
        for (const [index, { length: size }] of chunks.entries()) {
          expect(size).toBeLessThanOrEqual(CHUNK_SIZES.max);
          if (index < chunks.length - 1) expect(size).toBeGreaterThanOrEqual(CHUNK_SIZES.min);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('are the same in whatever pieces the content comes', () => {
    const given = content.subarray(0, MiB);
    const whole = names(chunksOf(given));
    const sizes = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(sizes, (pieces) => {
        expect(names(chunksOf(given, pieces))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it('are most of them near the normal size', () => {
    const sizes = chunksOf(content)
      .map(({ length }) => length)
      .sort((a, b) => a - b);
    const at = (part: number): number => sizes[Math.floor(part * sizes.length)]!;
    expect(content.length / sizes.length).toBeGreaterThan(CHUNK_SIZES.normal * 0.8);
    expect(content.length / sizes.length).toBeLessThan(CHUNK_SIZES.normal * 1.4);
    expect(at(0.1)).toBeGreaterThan(CHUNK_SIZES.normal / 3);
    expect(at(0.9)).toBeLessThan(CHUNK_SIZES.normal * 2);
  });

  it('are no larger than allowed where nothing tells one place from another', () => {
    expect(new Set(chunksOf(Buffer.alloc(MiB)).map(({ length }) => length))).toEqual(new Set([CHUNK_SIZES.max]));
  });

  it('stay the same around a change: of bytes that are put in, taken out or others, few chunks travel', () => {
    const change = fc.record({
      at: fc.integer({ min: 0, max: content.length }),
      out: fc.integer({ min: 0, max: 10_000 }),
      put: fc.integer({ min: 0, max: 10_000 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(change, ({ at, out, put, seed }) => {
        const after = Buffer.concat([content.subarray(0, at), bytesOf(seed, put), content.subarray(at + out)]);
        // Those that it touches, and those until a cut is found again where there was one.
        expect(newBytes(content, after)).toBeLessThan(put + 5 * CHUNK_SIZES.max);
      }),
      { numRuns: 25 },
    );
  });

  it('of one byte at the front are one or two', () => {
    expect(newBytes(content, Buffer.concat([Buffer.from('x'), content]))).toBeLessThan(2 * CHUNK_SIZES.max);
  });

  it('are for ever these: both ends of a transfer cut alike, whatever builds they are of', () => {
    const sizes = chunksOf(content.subarray(0, 256 * 1024)).map(({ length }) => length);
    expect(sizes).toMatchInlineSnapshot(`
      [
        54039,
        8507,
        19397,
        47092,
        36421,
        35162,
        33055,
        28471,
      ]
    `);
  });
});
