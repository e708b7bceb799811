import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../domain/canonical.js';
import { sha256 } from '../runtime/digest.js';
import { applyPatch, documentChunks, type Patch, patchOf } from './patch.js';

const manifest = (files: number, changed = -1): Buffer =>
  Buffer.from(
    canonicalJson({
      app: 'app',
      entries: Array.from({ length: files }, (_one, index) => ({
        ...{ kind: 'file', mode: 0o644, path: `lib/package/file-${index}.py`, size: index },
        sha256: sha256(index === changed ? 'changed' : `${index}`),
      })),
    }),
  );
const patched = (older: Uint8Array, document: Uint8Array): Patch | undefined =>
  patchOf(sha256(older), documentChunks(older), document);
const bytesIn = ({ parts }: Patch): number =>
  parts.reduce((sum, part) => sum + ('data' in part ? part.data.length : 0), 0);

test('one file of thousands takes a few kilobytes', () => {
  const [older, document] = [manifest(5_000), manifest(5_000, 2_500)];
  const patch = patched(older, document)!;
  expect(patch.base).toBe(sha256(older));
  expect(bytesIn(patch)).toBeLessThan(10_000);
  expect(Buffer.from(applyPatch(older, patch.parts)).equals(document)).toBe(true);
});

test('what has nothing in common is sent whole', () => {
  expect(patched(manifest(100), Buffer.from('x'.repeat(20_000)))).toBeUndefined();
  expect(patched(Buffer.alloc(0), manifest(100))).toBeUndefined();
});

test('what comes out is what went in, whatever both are', () => {
  const document = fc.array(fc.constantFrom('a'.repeat(300), 'b'.repeat(500), 'cd', 'e'.repeat(5_000)), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(document, document, (before, after) => {
      const [older, wanted] = [Buffer.from(before.join('')), Buffer.from(after.join(''))];
      const patch = patched(older, wanted);
      if (patch !== undefined) expect(Buffer.from(applyPatch(older, patch.parts)).equals(wanted)).toBe(true);
    }),
  );
});

test.each([
  [[{ offset: 0, size: 4 }]],
  [[{ offset: -1, size: 1 }]],
  [[{ offset: 4, size: -1 }]],
  [Array.from({ length: 40_000_000 / 1_000 }, () => ({ data: Buffer.alloc(2_000) }))],
])('a patch that does not fit is refused: %#', (parts) => {
  expect(() => applyPatch(Buffer.from('abc'), parts)).toThrow(/does not fit/);
});
