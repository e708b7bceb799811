import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Chunk, deltaOf, type DeltaPart, newBytesOf } from './delta.js';

/** Each letter is a chunk of its own; a capital one is longer. */
const sizeOf = (letter: string): number => (letter === letter.toUpperCase() ? 5 : 2);
const bytesOf = (letters: string): string =>
  Array.from(letters)
    .map((letter) => letter.repeat(sizeOf(letter)))
    .join('');

function chunksOf(letters: string): readonly Chunk[] {
  let offset = 0;
  return Array.from(letters).map((name) => {
    const chunk = { name, offset, size: sizeOf(name) };
    offset += chunk.size;
    return chunk;
  });
}

function putTogether(parts: readonly DeltaPart[], before: string, after: string): string {
  return parts
    .map(({ kind, offset, size }) => (kind === 'copy' ? before : after).slice(offset, offset + size))
    .join('');
}

describe('a delta', () => {
  it('puts the new content together from any older one, and lets no byte travel that is known', () => {
    const letters = fc
      .array(fc.constantFrom('a', 'b', 'c', 'X', 'Y', 'Z'), { maxLength: 30 })
      .map((list) => list.join(''));
    fc.assert(
      fc.property(letters, letters, (before, after) => {
        const parts = deltaOf(chunksOf(before), chunksOf(after));
        expect(putTogether(parts, bytesOf(before), bytesOf(after))).toBe(bytesOf(after));
        const unknown = Array.from(after)
          .filter((letter) => !before.includes(letter))
          .join('');
        expect(newBytesOf(parts)).toBe(bytesOf(unknown).length);
      }),
    );
  });

  it.each([
    ['abc', 'abc', [{ kind: 'copy', offset: 0, size: 6 }]],
    [
      'abc',
      'abxyc',
      [
        { kind: 'copy', offset: 0, size: 4 },
        { kind: 'new', offset: 4, size: 4 },
        { kind: 'copy', offset: 4, size: 2 },
      ],
    ],
    ['', 'ab', [{ kind: 'new', offset: 0, size: 4 }]],
    ['ab', '', []],
    // What is there twice goes on where the last copy has ended.
    [
      'abXac',
      'ac',
      [
        { kind: 'copy', offset: 0, size: 2 },
        { kind: 'copy', offset: 11, size: 2 },
      ],
    ],
    ['xaab', 'aab', [{ kind: 'copy', offset: 2, size: 6 }]],
  ])('from %j to %j', (before, after, expected) => {
    expect(deltaOf(chunksOf(before), chunksOf(after))).toEqual(expected);
  });

  it('takes chunks of one name and another size for two', () => {
    const parts = deltaOf([{ name: 'a', offset: 0, size: 3 }], [{ name: 'a', offset: 0, size: 4 }]);
    expect(parts).toEqual([{ kind: 'new', offset: 0, size: 4 }]);
  });
});
