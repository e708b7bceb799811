/** Owns the way of a release to the coordinator: what is there already does not travel. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '@outrider/shared/domain/release.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { cacheFolder, HashCache } from '@outrider/shared/release/hash-cache.js';
import { AGENTS_FILE, manifestBytes } from '@outrider/shared/release/manifest.js';
import { type ScannedTree, scanTree } from '@outrider/shared/release/tree-scan.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { isAway, withCoordinator } from '../connection.js';
import { type Globals, whoami } from '../globals.js';
import { note } from '../output.js';
import { Progress } from './progress.js';
import { offerRelease, sendContents } from './send.js';
import { lfsNotice, type Prepared, withSource } from './source.js';

export interface PushOptions {
  /** A folder, the file of an archive, or `-`. */
  readonly from: string;
  readonly version: string;
  readonly app?: string;
  readonly message?: string;
  /** A reference: `from` is a folder in a repository then. */
  readonly git?: string;
  /** False: every file is read, whatever the last push has seen. */
  readonly cache: boolean;
}

export interface PushResult {
  readonly app: string;
  readonly version: string;
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  readonly bytes_sent: number;
  /** Of git. */
  readonly commit?: string;
}

/** Naming a release reads and compiles it, so it may take longer than a question. */
const NAME_WITHIN_MS = 120_000;
/** What was there when we asked may have been cleared away since, in a push of hours. */
const MOST_SENDS = 3;

export const pushRelease = (globals: Globals, options: PushOptions): Promise<PushResult> =>
  withSource(options.from, options.git, async (prepared) => {
    const progress = new Progress();
    try {
      return await push(globals, options, prepared, progress);
    } finally {
      progress.end();
    }
  });

async function push(
  globals: Globals,
  options: PushOptions,
  { folder, source, notices }: Prepared,
  progress: Progress,
): Promise<PushResult> {
  const app = options.app ?? appOf(folder);
  const tree = await scanTree(folder, {
    // What git or an archive gives was chosen already.
    gitignore: source.kind === 'folder',
    ...(source.kind === 'folder' && options.cache ? { cache: new HashCache(folder, cacheFolder()) } : {}),
    progress: (bytes, total) => {
      progress.begin('Hashing', total);
      progress.add(bytes);
    },
  });
  progress.end();
  const pointers = source.kind === 'git' ? lfsNotice(tree.sources.values()) : undefined;
  for (const sentence of [...notices, pointers ?? [], leftOut(tree)].flat()) note(sentence);
  const manifest = manifestBytes({ app, entries: tree.entries } satisfies Manifest);
  return withCoordinator(globals, async (remote) => {
    const naming = {
      ...{ version: options.version, manifestDigest: sha256(manifest), by: whoami(), source },
      ...(options.message === undefined ? {} : { message: options.message }),
    };
    const name = () => remote.PushRelease(naming, { timeoutMs: globals.timeoutMs ?? NAME_WITHIN_MS });
    const offer = () => offerRelease(globals, remote, app, manifest);
    const { release, sent } = await sendAndName(globals, remote, tree, { offer, name }, progress);
    if (release.digest !== sha256(manifest)) {
      throw new OutriderError('internal', 'The coordinator named another content. Push again.');
    }
    const { version, digest } = release;
    const { files, bytes } = tree;
    const commit = source.commit === undefined ? {} : { commit: source.commit };
    return { app: release.app, version, digest, files, bytes, bytes_sent: sent, ...commit };
  });
}

async function sendAndName<R>(
  globals: Globals,
  remote: CoordinatorRemote,
  { sources }: ScannedTree,
  { offer, name }: { readonly offer: () => Promise<readonly string[]>; readonly name: () => Promise<R> },
  progress: Progress,
): Promise<{ readonly release: R; readonly sent: number }> {
  let sent = 0;
  let wanted = await offer();
  for (let turn = 1; ; turn += 1) {
    sent += await sendContents(globals, remote, sources, wanted, progress).catch((error: unknown) => {
      throw resumable(error);
    });
    progress.end();
    try {
      return { release: await name(), sent };
    } catch (error) {
      if (turn === MOST_SENDS || isAway(error)) throw error;
      wanted = await offer();
      if (wanted.length === 0) throw error;
    }
  }
}

/** Whoever is cut off should know that nothing is lost. */
function resumable(error: unknown): unknown {
  if (!(error instanceof OutriderError) || !isAway(error)) return error;
  const words = `${error.message} What has arrived stays: the same push again sends the rest.`;
  return new OutriderError(error.code, words, { cause: error });
}

const WHY_UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file; a release needs one',
  EISDIR: 'it is a folder, and must be a file',
  EACCES: 'this user may not read it',
  ENOTDIR: 'what it is said to lie in is no folder',
};

/** Reads agents.yaml before anything else is done, so that what is wrong with it is said at once. */
function appOf(folder: string): string {
  const path = join(folder, AGENTS_FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const why = WHY_UNREADABLE[(error as NodeJS.ErrnoException).code ?? ''] ?? messageOf(error);
    throw new OutriderError('invalid', `Cannot read ${path}: ${why}.`, { cause: error });
  }
  return agentsFromYaml(text).app;
}

const MOST_NAMED = 5;

/** A release is no working copy: what is not in it should be no surprise on a host. */
function leftOut({ leftOutByGit }: ScannedTree): string[] {
  if (leftOutByGit.length === 0) return [];
  const named = leftOutByGit.slice(0, MOST_NAMED).join(', ');
  const more = leftOutByGit.length - MOST_NAMED;
  return [
    `Left out, as .gitignore says: ${named}${more > 0 ? ` and ${more} more` : ''}. ` +
      'A line such as !NAME in .outriderignore brings back what the release needs.',
  ];
}
