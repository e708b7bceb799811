import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { OutgoingPiece } from '../release/transfer/piece.js';
import { lendBuffer } from '../release/transfer/spare-buffers.js';
import { clientMethods } from './client-methods.js';
import { coordinatorProto } from './loader.js';

const server = coordinatorProto().types.outrider.v1.Coordinator.service.Blobs;
const client = clientMethods('Coordinator').get('Blobs');
const travelled = (message: object): object =>
  client!.responseDeserialize(Buffer.from(server.responseSerialize(message)));

const NOTHING = { sha256: '', last: false, base: '', copyOffset: 0, copySize: 0, inflatedSize: 0, bundleSizes: [] };

it('carries any piece as it is', () => {
  const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
    fc.uint8Array({ maxLength }).map((found) => Buffer.from(found));
  const piece = fc.record({
    ...{ sha256: fc.string(), last: fc.boolean(), base: fc.string(), inflatedSize: fc.nat() },
    ...{ copyOffset: fc.nat(), copySize: fc.nat(), bundleSizes: fc.array(fc.nat()) },
    ...{ data: bytes(700), bundle: bytes(96) },
  });
  fc.assert(
    fc.property(piece, (message) => {
      expect(travelled(message)).toEqual(message);
    }),
  );
});

it.each([127, 128, 16_383, 16_384, 262_144, 524_288, 3_000_000])('carries %i bytes', (length) => {
  const data = Buffer.alloc(length, length % 251);
  expect(travelled({ data })).toEqual({ ...NOTHING, data, bundle: Buffer.alloc(0) });
});

it('gives the buffer back once its bytes are in the message, and not twice', () => {
  const { buffer, release } = lendBuffer();
  buffer.write('a content');
  const piece: OutgoingPiece = { data: buffer.subarray(0, 9), release };
  const bytes = Buffer.from(server.responseSerialize(piece));
  const next = lendBuffer();
  expect(next.buffer).toBe(buffer);
  next.buffer.fill(0);
  expect(client!.responseDeserialize(bytes)).toMatchObject({ data: Buffer.from('a content') });
  release();
  expect(lendBuffer().buffer).not.toBe(buffer);
});
