/** Sends the contents that a coordinator lacks. What has arrived whole stays there, whatever happens to the rest. */
import { open } from 'node:fs/promises';
import { unpackChunks } from '@outrider/shared/release/chunk-list.js';
import { patchOf } from '@outrider/shared/release/patch.js';
import type { ContentSource, ScannedTree } from '@outrider/shared/release/tree-scan.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { sendManifest } from '@outrider/shared/rpc/manifest-message.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { timeLimit } from '../connection.js';
import type { Globals } from '../globals.js';
import type { Progress } from './progress.js';

const PIECE_BYTES = 256 * 1024;
/** All contents are looked for, so it may take longer than a question. */
const OFFER_WITHIN_MS = 120_000;

type Sources = ScannedTree['sources'];
type Piece = { readonly sha256: string; readonly data: Buffer; readonly last: boolean };

/** Tells the coordinator what the release is made of; which of its contents have to travel. */
export async function offerRelease(
  globals: Globals,
  remote: CoordinatorRemote,
  app: string,
  manifest: Uint8Array,
): Promise<readonly string[]> {
  const { digest, chunks } = await remote.ManifestChunks({ app }, timeLimit(globals));
  const patch = digest === '' ? undefined : patchOf(digest, unpackChunks(chunks), manifest);
  const limit = { timeoutMs: globals.timeoutMs ?? OFFER_WITHIN_MS };
  const answer = await sendManifest((message) => remote.OfferRelease(message, limit), { app, manifest, patch });
  return answer.sha256;
}

/** Returns the bytes that travelled. */
export async function sendContents(
  globals: Globals,
  remote: CoordinatorRemote,
  sources: Sources,
  wanted: readonly string[],
  progress: Progress,
): Promise<number> {
  if (wanted.length === 0) return 0;
  const total = wanted.reduce((sum, sha256) => sum + (sources.get(sha256)?.size ?? 0), 0);
  progress.begin('Sending', total);
  let sent = 0;
  const count = (bytes: number): void => {
    sent += bytes;
    progress.add(bytes);
  };
  const limit = globals.timeoutMs === undefined ? {} : { timeoutMs: globals.timeoutMs };
  await remote.PutBlobs(pieces(sources, wanted, count), limit);
  return sent;
}

/** The digest in the first piece of each content, `last` in its last. Reads no further than is taken. */
async function* pieces(
  sources: Sources,
  wanted: readonly string[],
  count: (bytes: number) => void,
): AsyncGenerator<Piece> {
  for (const sha256 of wanted) {
    const source = sources.get(sha256);
    if (source === undefined)
      throw new OutriderError('internal', `The coordinator asked for ${sha256}, which was not offered.`);
    yield* piecesOf(sha256, source, count);
  }
}

async function* piecesOf(
  sha256: string,
  { path, size, mtimeMs }: ContentSource,
  count: (bytes: number) => void,
): AsyncGenerator<Piece> {
  const file = await open(path).catch((error: unknown) => {
    throw new OutriderError('invalid', `Cannot read ${path}: ${messageOf(error)}. Push again.`, { cause: error });
  });
  try {
    const now = await file.stat();
    if (now.size !== size || now.mtimeMs !== mtimeMs) throw changed(path);
    let done = 0;
    do {
      // A buffer of its own each: the one before may not be on its way yet.
      const data = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - done));
      if (data.length > 0 && (await file.read(data, 0, data.length)).bytesRead !== data.length) throw changed(path);
      const isFirst = done === 0;
      done += data.length;
      count(data.length);
      yield { sha256: isFirst ? sha256 : '', data, last: done >= size };
    } while (done < size);
  } finally {
    await file.close();
  }
}

const changed = (path: string): OutriderError =>
  new OutriderError('invalid', `${path} has changed while it was pushed. Push again when nothing writes there.`);
