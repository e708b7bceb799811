/** Owns the way of a folder to the coordinator: what is there already does not travel. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '@outrider/shared/domain/release.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { AGENTS_FILE, manifestBytes } from '@outrider/shared/release/manifest.js';
import { type ScannedTree, scanTree } from '@outrider/shared/release/tree-scan.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { timeLimit, withCoordinator } from './connection.js';
import { type Globals, whoami } from './globals.js';
import { Progress } from './progress.js';
import { sendMissing } from './send-contents.js';

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

/** Digests asked about at once. */
const PAGE = 20_000;
/** Naming a release reads and compiles it, so it may take longer than a question. */
const NAME_WITHIN_MS = 120_000;

export async function pushRelease(globals: Globals, options: PushOptions): Promise<PushResult> {
  const app = options.app ?? (await appOf(options.dir));
  const progress = new Progress();
  try {
    const tree = await scanTree(options.dir, (bytes) => progress.add('reading', bytes));
    const manifest: Manifest = { app, entries: tree.entries };
    const bytes = manifestBytes(manifest);
    return await withCoordinator(globals, async (remote) => {
      const sent = await sendTree(globals, remote, tree, manifest, progress);
      const release = await remote.PushRelease(
        {
          version: options.version,
          manifest: Buffer.from(bytes),
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

/** Returns the bytes that travelled. */
async function sendTree(
  globals: Globals,
  remote: CoordinatorRemote,
  tree: ScannedTree,
  manifest: Manifest,
  progress: Progress,
): Promise<number> {
  const all = [...tree.sources.keys()];
  const missing: string[] = [];
  let packed = true;
  for (let from = 0; from < all.length; from += PAGE) {
    const answer = await remote.MissingBlobs({ sha256: all.slice(from, from + PAGE) }, timeLimit(globals));
    missing.push(...answer.sha256);
    packed &&= answer.packed;
  }
  if (missing.length === 0) return 0;
  let total = 0;
  const sent = (wireBytes: number): void => {
    total += wireBytes;
    progress.add('sending', wireBytes);
  };
  const limit = globals.timeoutMs === undefined ? {} : { timeoutMs: globals.timeoutMs };
  await sendMissing({ remote, manifest, sources: tree.sources, missing, packed, sent, limit });
  return total;
}
