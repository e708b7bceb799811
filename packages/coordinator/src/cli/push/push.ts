/** Owns the way of a release to the coordinator: what is there already does not travel. */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shownName } from '@outrider/shared/domain/shown-name.js';
import type { Manifest } from '@outrider/shared/domain/release.js';
import { agentsFromYaml } from '@outrider/shared/release/agents-yaml.js';
import { cacheFolder, HashCache } from '@outrider/shared/release/hash-cache.js';
import { AGENTS_FILE, manifestBytes } from '@outrider/shared/release/manifest.js';
import { type ScannedTree, scanTree } from '@outrider/shared/release/tree-scan.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { readRelease } from '@outrider/shared/rpc/codec.js';
import { keyId } from '@outrider/shared/release/signature.js';
import type { ReleaseSignature } from '@outrider/shared/domain/release-signature.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { whyUnreadable } from '@outrider/shared/runtime/unreadable.js';
import { isAway, withCoordinator } from '../connection.js';
import { keysToPushWith, type ReleaseKey, signWith } from '../release-keys.js';
import { signAt, statementOf } from '../release-sign.js';
import { type Globals, whoami } from '../globals.js';
import { note } from '../output.js';
import { Progress } from './progress.js';
import { type Newest, newestOf, offerManifest, type Wanted } from './offer.js';
import { sendContents } from './send.js';
import { lfsNotice, type Prepared, withSource } from './source.js';

export interface PushOptions {
  /** A folder, the file of an archive, or `-`. */
  readonly from: string;
  readonly version: string;
  readonly app?: string;
  readonly message?: string;
  readonly keys?: string;
  /** With every key of the folder; false: with none. */
  readonly sign: boolean;
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
  /** Ids of keys; empty: it is not signed. */
  readonly signed_by: readonly string[];
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
  prepared: Prepared,
  progress: Progress,
): Promise<PushResult> {
  const { source, notices } = prepared;
  const keys = options.sign ? keysToPushWith(options.keys) : [];
  const app = appOf(prepared, options.app);
  // Loaded at once, so that it is answered while the tree is read. Whatever is wrong is told when the answer is needed.
  await import('@outrider/shared/rpc/client.js');
  const ending = new AbortController();
  const early = withCoordinator(globals, (remote) => newestOf(globals, remote, app, ending)).catch(() => undefined);
  try {
    const tree = await scan(prepared, options, progress);
    try {
      return await publish(globals, options, { source, notices, tree, app, keys, progress, early });
    } finally {
      tree.remember();
    }
  } finally {
    ending.abort();
  }
}

async function scan(
  { folder, source: { kind }, origin }: Prepared,
  { cache }: PushOptions,
  progress: Progress,
): Promise<ScannedTree> {
  const tree = await scanTree(folder, {
    ...origin,
    // What git or an archive gives was chosen already.
    gitignore: kind === 'folder',
    ...(kind === 'folder' && cache ? { cache: new HashCache(folder, cacheFolder()) } : {}),
    progress: (bytes, total) => {
      progress.begin('Hashing', total);
      progress.add(bytes);
    },
  });
  progress.end();
  return tree;
}

interface Publishing extends Pick<Prepared, 'source' | 'notices'> {
  readonly tree: ScannedTree;
  readonly app: string;
  readonly keys: readonly ReleaseKey[];
  readonly progress: Progress;
  /** Undefined: it has to be asked for. */
  readonly early: Promise<Newest | undefined>;
}

async function publish(
  globals: Globals,
  options: PushOptions,
  { source, notices, tree, app, keys, progress, early }: Publishing,
): Promise<PushResult> {
  const pointers = source.kind === 'git' ? lfsNotice(tree.sources.values()) : undefined;
  for (const sentence of [
    ...notices,
    pointers ?? [],
    leftOut(tree),
    source.kind === 'folder' ? [] : leftOutOfGit(tree),
  ].flat())
    note(sentence);
  const read: Manifest = { app, entries: tree.entries };
  const manifest = manifestBytes(read);
  return withCoordinator(globals, async (remote) => {
    const naming = {
      ...{ version: options.version, manifestDigest: sha256(manifest), by: whoami(), source },
      ...(options.message === undefined ? {} : { message: options.message }),
    };
    const name = () => remote.PushRelease(naming, { timeoutMs: globals.timeoutMs ?? NAME_WITHIN_MS });
    const offer = async () => {
      const newest = (await early) ?? (await newestOf(globals, remote, app));
      return offerManifest(globals, remote, { app, manifest, newest, meanwhile: tree.remember });
    };
    const { release, sent } = await sendAndName({ globals, remote, tree, progress }, offer, name);
    if (release.digest !== sha256(manifest)) {
      throw new OutriderError('internal', 'The coordinator named another content. Push again.');
    }
    const { version, digest } = release;
    const { files, bytes } = tree;
    const commit = source.commit === undefined ? {} : { commit: source.commit };
    const known = readRelease(release).signatures ?? [];
    const statement = statementOf({ app, version, digest }, read);
    const signatures = await signPushed(globals, remote, keys, statement, known);
    const signed = { bytes_sent: sent, signed_by: signatures.map(({ key }) => keyId(key)) };
    return { app: release.app, version, digest, files, bytes, ...signed, ...commit };
  });
}

/** With the keys that have not signed it yet: what was pushed before is not signed anew by being pushed again. */
async function signPushed(
  globals: Globals,
  remote: CoordinatorRemote,
  keys: readonly ReleaseKey[],
  statement: ReturnType<typeof statementOf>,
  known: readonly ReleaseSignature[],
): Promise<readonly ReleaseSignature[]> {
  const others = keys.filter(({ publicKey }) => !known.some(({ key }) => key === publicKey));
  if (others.length === 0) return known;
  return (await signAt(globals, remote, signWith(others, statement), statement)).signatures ?? [];
}

interface Sending {
  readonly globals: Globals;
  readonly remote: CoordinatorRemote;
  readonly tree: ScannedTree;
  readonly progress: Progress;
}

async function sendAndName<R>(
  { globals, remote, tree: { sources }, progress }: Sending,
  offer: () => Promise<Wanted>,
  name: () => Promise<R>,
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
      if (turn === MOST_SENDS || isAway(error)) throw resumable(error);
      wanted = await offer();
      if (wanted.missing.length === 0) throw error;
    }
  }
}

/** Whoever is cut off should know that nothing is lost. */
function resumable(error: unknown): unknown {
  if (!(error instanceof OutriderError) || !isAway(error)) return error;
  const words = `${error.message} What has arrived stays: the same push again sends the rest.`;
  return new OutriderError(error.code, words, { cause: error });
}

const NO_AGENTS = { ENOENT: 'there is no such file; a release needs one' };

/** Reads agents.yaml before anything else is done, so that what is wrong with it is said at once. */
function appOf({ folder, source, origin }: Prepared, given: string | undefined): string {
  const path = join(folder, AGENTS_FILE);
  const name = origin.nameOf?.(AGENTS_FILE) ?? shownName(path);
  let text: string;
  try {
    if (lstatSync(path).isSymbolicLink()) {
      // Neither a coordinator nor a host follows it.
      throw new OutriderError('invalid', `${name} is a symbolic link, and must be a file. Put the file itself there.`);
    }
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof OutriderError) throw error;
    const why = whyUnreadable(error, NO_AGENTS);
    throw new OutriderError('invalid', `Cannot read ${name}: ${why}.`, { cause: error });
  }
  return given ?? agentsFromYaml(text, source.kind === 'folder' ? AGENTS_FILE : name).app;
}

const MOST_NAMED = 5;

/** A release is no working copy: what is not in it should be no surprise on a host. */
function leftOut({ leftOutByGit }: ScannedTree): string[] {
  if (leftOutByGit.length === 0) return [];
  const named = namesOf(leftOutByGit);
  return [
    `Left out, as .gitignore says: ${named}. ` +
      'A line such as !NAME in .outriderignore brings back what the release needs.',
  ];
}

/** Whoever packs an archive may have meant what is in it. */
const leftOutOfGit = ({ leftOutOfGit: paths }: ScannedTree): string[] =>
  paths.length === 0 ? [] : [`Left out, as it is no part of a release: ${namesOf(paths)}.`];

function namesOf(paths: readonly string[]): string {
  const more = paths.length - MOST_NAMED;
  return `${paths.slice(0, MOST_NAMED).map(shownName).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
