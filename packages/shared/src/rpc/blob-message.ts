/**
 * How a server puts the messages that carry contents on the wire: as their type says, with the bytes of the content
 * behind all else, and without a copy of their own for each.
 */
import type { OutgoingPiece } from '../release/transfer/piece.js';

type Serialize = (message: object) => Buffer;

/** Field 2, with a length. */
const DATA_TAG = 0x12;
const LENGTH_BYTES = 5;
const AT_ONCE_BYTES = 512 * 1024;

let scratch: Buffer | undefined;

/**
 * `serialize`: that of outrider.v1.Blob. What it returns is good until the next call: a server of @grpc/grpc-js copies it
 * behind a header at once.
 */
export function blobSerializer(serialize: Serialize): Serialize {
  return (message) => {
    const { data, release, ...rest } = message as OutgoingPiece;
    if (data === undefined || data.length === 0) return serialize(message);
    const head = serialize(rest);
    const size = head.length + 1 + LENGTH_BYTES + data.length;
    const into = size > AT_ONCE_BYTES ? Buffer.allocUnsafe(size) : (scratch ??= Buffer.allocUnsafeSlow(AT_ONCE_BYTES));
    head.copy(into);
    into[head.length] = DATA_TAG;
    const from = writeLength(into, head.length + 1, data.length);
    data.copy(into, from);
    release?.();
    return into.subarray(0, from + data.length);
  };
}

/** A varint; returns where it ends. */
function writeLength(into: Buffer, at: number, length: number): number {
  let left = length;
  for (; left > 0x7f; left >>>= 7) into[at++] = (left & 0x7f) | 0x80;
  into[at++] = left;
  return at;
}
