/**
 * The way of contents to the coordinator: the small ones together, and of large ones what is new in them. What has arrived
 * whole stays there, whatever happens to the rest.
 */
import { lstatSync } from 'node:fs';
import { shownName } from '@outrider/shared/domain/shown-name.js';
import { ChunkLists } from '@outrider/shared/release/transfer/chunk-lists.js';
import { Compression } from '@outrider/shared/release/transfer/compression.js';
import { type OutgoingPiece, wireBytesOf } from '@outrider/shared/release/transfer/piece.js';
import { sendContents as piecesOf, type SendOptions } from '@outrider/shared/release/transfer/sending.js';
import type { ScannedTree } from '@outrider/shared/release/tree-scan.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { WORTH_SIDE_BYTES } from '@outrider/shared/rpc/side/words.js';
import { isLoopback, parseHostPort } from '@outrider/shared/runtime/listen.js';
import type { Globals } from '../globals.js';
import type { Wanted } from './offer.js';
import type { Progress } from './progress.js';

type Sources = ScannedTree['sources'];
/** Chunks of the content that the coordinator has. */
interface Base {
  readonly sha256: string;
  readonly chunks: Uint8Array;
}

/** Returns the bytes that travelled. */
export async function sendContents(
  globals: Globals,
  remote: CoordinatorRemote,
  sources: Sources,
  wanted: Wanted,
  progress: Progress,
): Promise<number> {
  if (wanted.missing.length === 0) return 0;
  const total = sumOf(wanted.missing.map((sha256) => sourceOf(sources, sha256).size));
  progress.begin('Sending', total);
  const limit = {
    beside: total >= WORTH_SIDE_BYTES,
    ...(globals.timeoutMs === undefined ? {} : { timeoutMs: globals.timeoutMs }),
  };
  const bases = await basesOf(remote, wanted);
  let sent = 0;
  const put = async (delta: SendOptions['delta']): Promise<void> => {
    const pieces = outgoing(remote, sources, wanted, delta);
    await remote.PutBlobs(
      counted(pieces, progress, (bytes) => (sent += bytes)),
      limit,
    );
  };
  try {
    await put(bases.size === 0 ? undefined : deltaTo(sources, bases));
  } catch (error) {
    const path = changedOf(sources, wanted.missing);
    if (path !== undefined) throw changed(path, error);
    // Another coordinator leads by now and does not have what these are changes of, or has it damaged.
    if (bases.size === 0 || !(error instanceof OutriderError) || error.code !== 'invalid') throw error;
    await put(undefined);
  }
  return sent;
}

function outgoing(
  remote: CoordinatorRemote,
  sources: Sources,
  { missing, packed }: Wanted,
  delta: SendOptions['delta'],
): AsyncGenerator<OutgoingPiece> {
  const isNear = isLoopback(parseHostPort(remote.endpoint)?.host ?? '');
  return piecesOf(missing, {
    path: (sha256) => sourceOf(sources, sha256).path,
    packed,
    ...(delta === undefined ? {} : { delta }),
    ...(isNear ? {} : { compression: new Compression(() => performance.now()) }),
  });
}

async function* counted(
  pieces: AsyncIterable<OutgoingPiece>,
  progress: Progress,
  onWire: (bytes: number) => void,
): AsyncGenerator<OutgoingPiece> {
  for await (const piece of pieces) {
    onWire(wireBytesOf(piece));
    progress.add((piece.inflatedSize ?? piece.data?.length ?? 0) + (piece.copySize ?? 0));
    yield piece;
  }
}

/** By what is missing, what the coordinator can make it from. It may have lost that since: then all of it travels. */
async function basesOf(remote: CoordinatorRemote, { bases }: Wanted): Promise<ReadonlyMap<string, Base>> {
  if (bases.size === 0) return new Map();
  const chunks = new Map<string, Uint8Array>();
  try {
    for await (const known of remote.ChunksOfBlobs({ sha256: [...new Set(bases.values())] })) {
      chunks.set(known.sha256, known.chunks);
    }
  } catch (error) {
    if (!(error instanceof OutriderError)) throw error;
  }
  return new Map(
    [...bases].flatMap(([sha256, base]) => {
      const known = chunks.get(base);
      return known === undefined ? [] : [[sha256, { sha256: base, chunks: known }] as const];
    }),
  );
}

function deltaTo(sources: Sources, bases: ReadonlyMap<string, Base>): NonNullable<SendOptions['delta']> {
  const lists = new ChunkLists((sha256) => sourceOf(sources, sha256).path);
  return async (sha256) => {
    const base = bases.get(sha256);
    return base === undefined ? undefined : lists.delta(sha256, base.sha256, base.chunks);
  };
}

/** A file that is not as it was when it was read. */
function changedOf(sources: Sources, wanted: readonly string[]): string | undefined {
  return wanted
    .map((sha256) => sourceOf(sources, sha256))
    .find(({ path, size, mtimeMs }) => {
      const now = lstatSync(path, { throwIfNoEntry: false });
      return now === undefined || now.size !== size || now.mtimeMs !== mtimeMs;
    })?.path;
}

function sourceOf(
  sources: Sources,
  sha256: string,
): { readonly path: string; readonly size: number; readonly mtimeMs: number } {
  const source = sources.get(sha256);
  if (source !== undefined) return source;
  throw new OutriderError('internal', `The coordinator asked for ${sha256}, which was not offered.`);
}

const sumOf = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);

const changed = (path: string, cause: unknown): OutriderError =>
  new OutriderError(
    'invalid',
    `${shownName(path)} has changed while it was pushed. Push again when nothing writes there.`,
    {
      cause,
    },
  );
