/** Owns the way of a folder to the coordinator: what is there already does not travel. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '@outrider/shared/domain/release.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { AGENTS_FILE, manifestBytes } from '@outrider/shared/release/manifest.js';
import { type ScannedTree, scanTree } from '@outrider/shared/release/tree-scan.js';
import { unpackChunks } from '@outrider/shared/release/chunk-list.js';
import { patchOf } from '@outrider/shared/release/patch.js';
import { sendManifest } from '@outrider/shared/rpc/manifest-message.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { timeLimit, withCoordinator } from './connection.js';
import { type Globals, whoami } from './globals.js';
import { Progress } from './progress.js';

export interface PushOptions {
  readonly dir: string;
  readonly version: string;
  readonly app?: string;
  readonly message?: string;
}

export interface PushResult {
  readonly app: string;
  readonly version: string;
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  readonly bytes_sent: number;
}

const PIECE_BYTES = 256 * 1024;
/** Naming a release reads and compiles it, so it may take longer than a question. */
const NAME_WITHIN_MS = 120_000;

export async function pushRelease(globals: Globals, options: PushOptions): Promise<PushResult> {
  const app = options.app ?? (await appOf(options.dir));
  const progress = new Progress();
  try {
    const tree = await scanTree(options.dir, { progress: (bytes) => progress.add('reading', bytes) });
    const manifest: Manifest = { app, entries: tree.entries };
    const bytes = manifestBytes(manifest);
    return await withCoordinator(globals, async (remote) => {
      const missing = await offer(globals, remote, app, bytes);
      const sent = await send(globals, remote, tree, missing, progress);
      const release = await remote.PushRelease(
        {
          version: options.version,
          manifestDigest: sha256(bytes),
          by: whoami(),
          ...(options.message === undefined ? {} : { message: options.message }),
        },
        { timeoutMs: globals.timeoutMs ?? NAME_WITHIN_MS },
      );
      if (release.digest !== sha256(bytes)) {
        throw new OutriderError('internal', 'The coordinator named another content. Push again.');
      }
      const { version, digest } = release;
      return { app: release.app, version, digest, files: tree.files, bytes: tree.bytes, bytes_sent: sent };
    });
  } finally {
    progress.end();
  }
}

const WHY_UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; a release needs one',
  EISDIR: 'it is a folder, and must be a file',
  EACCES: 'this user may not read it',
  ENOTDIR: 'what it is said to lie in is no folder',
};

/** Reads agents.yaml before anything else is done, so that what is wrong with it is said at once. */
async function appOf(dir: string): Promise<string> {
  const path = join(dir, AGENTS_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const why = WHY_UNREADABLE[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
    throw new OutriderError('invalid', `Cannot read ${path}: ${why}.`, { cause: error });
  }
  return agentsFromYaml(text).app;
}

/** Tells the coordinator what the release is made of; which of its contents have to travel. */
async function offer(
  globals: Globals,
  remote: CoordinatorRemote,
  app: string,
  manifest: Uint8Array,
): Promise<readonly string[]> {
  const { digest, chunks } = await remote.ManifestChunks({ app }, timeLimit(globals));
  const patch = digest === '' ? undefined : patchOf(digest, unpackChunks(chunks), manifest);
  const limit = { timeoutMs: globals.timeoutMs ?? NAME_WITHIN_MS };
  const answer = await sendManifest((message) => remote.OfferRelease(message, limit), { app, manifest, patch });
  return answer.sha256;
}

/** Returns the bytes that travelled. */
async function send(
  globals: Globals,
  remote: CoordinatorRemote,
  tree: ScannedTree,
  missing: readonly string[],
  progress: Progress,
): Promise<number> {
  if (missing.length === 0) return 0;
  let sent = 0;
  const count = (bytes: number): void => {
    sent += bytes;
    progress.add('sending', bytes);
  };
  const limit = globals.timeoutMs === undefined ? {} : { timeoutMs: globals.timeoutMs };
  await remote.PutBlobs(piecesOf(tree, missing, count), limit);
  return sent;
}

type Piece = { readonly sha256: string; readonly data: Buffer; readonly last: boolean };

/** Contents in pieces: the digest in the first of each, `last` in its last. Reads no further than is taken. */
async function* piecesOf(
  tree: ScannedTree,
  wanted: readonly string[],
  count: (bytes: number) => void,
): AsyncGenerator<Piece> {
  for (const sha256 of wanted) {
    const source = tree.sources.get(sha256);
    if (source === undefined)
      throw new OutriderError('internal', `The coordinator asked for ${sha256}, which was not offered.`);
    let waiting: Buffer = Buffer.alloc(0);
    let first = true;
    for await (const chunk of createReadStream(source.path, { highWaterMark: PIECE_BYTES })) {
      if (waiting.length > 0) {
        yield { sha256: first ? sha256 : '', data: waiting, last: false };
        first = false;
      }
      waiting = chunk as Buffer;
      count(waiting.length);
    }
    yield { sha256: first ? sha256 : '', data: waiting, last: true };
  }
}
