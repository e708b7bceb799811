/** Sends the contents that a coordinator lacks. What has arrived whole stays there, whatever happens to the rest. */
import { open } from 'node:fs/promises';
import type { ContentSource, ScannedTree } from '@outrider/shared/release/tree-scan.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { timeLimit } from '../connection.js';
import type { Globals } from '../globals.js';
import type { Progress } from './progress.js';

const PIECE_BYTES = 256 * 1024;
/** Digests asked about at once. */
const PAGE = 20_000;

type Sources = ScannedTree['sources'];
type Piece = { readonly sha256: string; readonly data: Buffer; readonly last: boolean };

export async function missingContents(
  globals: Globals,
  remote: CoordinatorRemote,
  sources: Sources,
): Promise<readonly string[]> {
  const all = [...sources.keys()];
  const missing: string[] = [];
  for (let from = 0; from < all.length; from += PAGE) {
    const answer = await remote.MissingBlobs({ sha256: all.slice(from, from + PAGE) }, timeLimit(globals));
    missing.push(...answer.sha256);
  }
  return missing;
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
