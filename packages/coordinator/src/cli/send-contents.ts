/** The way of contents to the coordinator: the small ones together, and of large ones what is new since the last release. */
import { basesFor, DELTA_FROM_BYTES } from '@outrider/shared/domain/bases.js';
import type { Manifest } from '@outrider/shared/domain/release.js';
import { readManifest } from '@outrider/shared/release/manifest.js';
import { ChunkLists } from '@outrider/shared/release/transfer/chunk-lists.js';
import { Compression } from '@outrider/shared/release/transfer/compression.js';
import { type OutgoingPiece, wireBytesOf } from '@outrider/shared/release/transfer/piece.js';
import { sendContents, type SendOptions } from '@outrider/shared/release/transfer/sending.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import type { CallOptions } from '@outrider/shared/rpc/methods.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { isLoopback, parseHostPort } from '@outrider/shared/runtime/listen.js';

export interface Sending {
  readonly remote: CoordinatorRemote;
  readonly manifest: Manifest;
  /** Where each content is. */
  readonly sources: ReadonlyMap<string, { readonly path: string; readonly size: number }>;
  /** What the coordinator lacks. */
  readonly missing: readonly string[];
  /** It understands more than whole contents, each in messages of its own. */
  readonly packed: boolean;
  /** Told of each message: what it takes on the wire, and of how many bytes of contents it is. */
  readonly sent: (wireBytes: number, contentBytes: number) => void;
  readonly limit: CallOptions;
}

/** @throws OutriderError where the coordinator does not take them. */
export async function sendMissing(sending: Sending): Promise<void> {
  const { remote, limit, missing } = sending;
  const lists = new ChunkLists((sha256) => pathOf(sending, sha256));
  const bases = sending.packed
    ? await basesThere(sending).catch(() => new Map<string, Base>())
    : new Map<string, Base>();
  const delta = async (sha256: string): ReturnType<NonNullable<SendOptions['delta']>> => {
    const base = bases.get(sha256);
    return base === undefined ? undefined : lists.delta(sha256, base.sha256, base.chunks);
  };
  try {
    await remote.PutBlobs(piecesOf(sending, missing, { delta }), limit);
  } catch (error) {
    // Another coordinator leads by now and does not have what these are changes of, or has it damaged.
    if (bases.size === 0 || !(error instanceof OutriderError) || error.code !== 'invalid') throw error;
    const { sha256: left } = await remote.MissingBlobs({ sha256: [...missing] }, limit);
    await remote.PutBlobs(piecesOf(sending, left, {}), limit);
  }
}

async function* piecesOf(
  sending: Sending,
  wanted: readonly string[],
  how: Pick<SendOptions, 'delta'>,
): AsyncGenerator<OutgoingPiece> {
  const { packed, sent, remote } = sending;
  const isNear = isLoopback(parseHostPort(remote.endpoint)?.host ?? '');
  const compression = isNear ? {} : { compression: new Compression(() => performance.now()) };
  const path = (sha256: string): string => pathOf(sending, sha256);
  for await (const piece of sendContents(wanted, { path, packed, ...how, ...compression })) {
    sent(wireBytesOf(piece), (piece.inflatedSize ?? piece.data?.length ?? 0) + (piece.copySize ?? 0));
    yield piece;
  }
}

interface Base {
  readonly sha256: string;
  readonly chunks: Uint8Array;
}

/** What the newest release of the app has in the place of the large ones. */
async function basesThere({ remote, manifest, missing, sources }: Sending): Promise<ReadonlyMap<string, Base>> {
  const large = missing.filter((sha256) => (sources.get(sha256)?.size ?? 0) > DELTA_FROM_BYTES);
  if (large.length === 0) return new Map();
  const { manifest: bytes } = await remote.ShowRelease({ app: manifest.app, version: 'latest' });
  const bases = basesFor(new Set(large), manifest, [readManifest(bytes)]);
  const chunks = new Map<string, Uint8Array>();
  for await (const known of remote.ChunksOfBlobs({ sha256: [...new Set(bases.values())] })) {
    chunks.set(known.sha256, known.chunks);
  }
  return new Map(
    [...bases].flatMap(([sha256, base]) => {
      const known = chunks.get(base);
      return known === undefined ? [] : [[sha256, { sha256: base, chunks: known }] as const];
    }),
  );
}

function pathOf({ sources }: Sending, sha256: string): string {
  const source = sources.get(sha256);
  if (source !== undefined) return source.path;
  throw new OutriderError('internal', `The coordinator asked for ${sha256}, which was not offered.`);
}
