/**
 * How a server puts the messages that carry contents on the wire: as their type says, with the bytes of the content
 * behind all else, and without a copy of their own for each.
 */
import protobuf from 'protobufjs/minimal.js';
import type { OutgoingPiece } from '../release/transfer/piece.js';

type Serialize = (message: object) => Buffer;

/** Field 2, with a length. */
const DATA_TAG = 0x12;

/** As large as the largest message so far. */
let scratch = Buffer.alloc(0);

/**
 * `serialize`: that of outrider.v1.Blob. What it returns is good until the next call: a server of @grpc/grpc-js copies it
 * behind a header at once.
 */
export function blobSerializer(serialize: Serialize): Serialize {
  return (message) => {
    const { data, release, ...rest } = message as OutgoingPiece;
    if (data === undefined || data.length === 0) return serialize(message);
    const head = serialize(rest);
    const before = protobuf.Writer.create().uint32(DATA_TAG).uint32(data.length).finish();
    const size = head.length + before.length + data.length;
    if (size > scratch.length) scratch = Buffer.allocUnsafeSlow(size);
    head.copy(scratch);
    scratch.set(before, head.length);
    data.copy(scratch, size - data.length);
    release?.();
    return scratch.subarray(0, size);
  };
}
