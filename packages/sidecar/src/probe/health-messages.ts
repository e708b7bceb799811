/**
 * The two messages of grpc.health.v1 on the wire, and the frame that gRPC puts around each: one string field out, one
 * enum field in. Written by hand, so that a probe loads no library. Pure.
 */
const FRAME_BYTES = 5;
/** Field 1, a string; field 1, a number. */
const SERVICE_TAG = 0x0a;
const STATUS_TAG = 0x08;
const WIRE_VARINT = 0;
const WIRE_64 = 1;
const WIRE_BYTES = 2;
const WIRE_32 = 5;

const SERVING_WORDS = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
export type ServingWord = (typeof SERVING_WORDS)[number];

/** `HealthCheckRequest{service}`, framed. */
export function checkRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? name : Buffer.concat([Buffer.of(SERVICE_TAG), varint(name.length), name]);
  const head = Buffer.alloc(FRAME_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The word of a framed `HealthCheckResponse`; undefined where it is none. */
export function servingIn(frame: Buffer): ServingWord | undefined {
  if (frame.length < FRAME_BYTES || frame[0] !== 0) return undefined;
  const end = FRAME_BYTES + frame.readUInt32BE(1);
  if (end > frame.length) return undefined;
  const reader = { bytes: frame.subarray(FRAME_BYTES, end), at: 0 };
  let status = 0;
  while (reader.at < reader.bytes.length) {
    const tag = readVarint(reader);
    const value = tag === undefined ? undefined : skip(reader, tag & 7);
    if (tag === undefined || value === undefined) return undefined;
    if (tag === STATUS_TAG) status = value;
  }
  return SERVING_WORDS[status];
}

interface Reader {
  readonly bytes: Buffer;
  at: number;
}

/** Reads over one field; its value where it is a number. */
function skip(reader: Reader, wire: number): number | undefined {
  if (wire === WIRE_VARINT) return readVarint(reader);
  const length = wire === WIRE_64 ? 8 : wire === WIRE_32 ? 4 : wire === WIRE_BYTES ? readVarint(reader) : undefined;
  if (length === undefined || reader.at + length > reader.bytes.length) return undefined;
  reader.at += length;
  return 0;
}

function readVarint(reader: Reader): number | undefined {
  let value = 0;
  for (let factor = 1; factor < 2 ** 64; factor *= 128) {
    const byte = reader.bytes[reader.at++];
    if (byte === undefined) return undefined;
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
  return undefined;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}
