/** A coordinator that can do one thing: serve blobs, well or badly, over real gRPC. */
import { createHash } from 'node:crypto';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { startContentServer } from './content-server.js';

export const TOKEN = 'a-token-for-the-fleet';
const PIECE_BYTES = 1000;

interface Piece {
  readonly sha256: string;
  readonly data: Buffer;
  readonly last: boolean;
}

export interface BlobServer {
  readonly address: string;
  /** What each call has asked for. */
  readonly asked: string[][];
  /** What `serve` makes of a content on its way out. */
  spoil: (sha256: string, data: Buffer) => Buffer;
  /** Blobs after which a call breaks off; undefined: none does. */
  breakAfter: number | undefined;
  /** Whether a call breaks off in the middle of the blob it is about to send. */
  cut: () => boolean;
  close(): Promise<void>;
}

export async function startBlobServer(
  contents: Iterable<Buffer>,
  listen = '127.0.0.1:0',
  token = TOKEN,
): Promise<BlobServer> {
  const byDigest = new Map([...contents].map((data) => [createHash('sha256').update(data).digest('hex'), data]));
  const asked: string[][] = [];
  async function* serve({ sha256 }: { readonly sha256: readonly string[] }): AsyncGenerator<Piece> {
    asked.push([...sha256]);
    for (const [index, digest] of sha256.entries()) {
      if (index === server.breakAfter) throw new OutriderError('unavailable', 'The coordinator is going away.');
      const data = byDigest.get(digest);
      if (data === undefined) throw new OutriderError('not_found', `The blob ${digest} is not stored here.`);
      const cut = server.cut();
      for (const piece of piecesOf(digest, server.spoil(digest, data))) {
        if (cut && piece.last) throw new OutriderError('unavailable', 'The coordinator is going away.');
        yield piece;
      }
    }
  }
  const grpc = await startContentServer('coordinator', serve, token, listen);
  const server: BlobServer = {
    address: grpc.addresses[0] ?? '',
    asked,
    spoil: (_sha256, data) => data,
    breakAfter: undefined,
    cut: () => false,
    close: () => grpc.close(),
  };
  return server;
}

function* piecesOf(sha256: string, data: Buffer): Generator<Piece> {
  for (let start = 0; start === 0 || start < data.length; start += PIECE_BYTES) {
    const end = start + PIECE_BYTES;
    yield { sha256: start === 0 ? sha256 : '', data: data.subarray(start, end), last: end >= data.length };
  }
}
