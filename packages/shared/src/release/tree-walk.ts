/**
 * Owns the walk over a folder that is to be a release: what is in it and not left out, with the bit and the size of each
 * file. Never follows a symbolic link, reads no content and never changes anything.
 */
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ManifestEntry } from '../domain/release.js';
import { shownName } from '../domain/shown-name.js';
import { OutriderError } from '../runtime/errors.js';
import { whyUnreadable } from '../runtime/unreadable.js';
import { GIT_IGNORE_FILE, IGNORE_FILE, IgnoreRules, type IgnoreTexts } from './ignore-rules.js';
import { shownBytes } from './odd-bytes.js';

export interface FoundFile {
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  /** When it was written last, and when anything about it changed; which file it is: so that a change is seen. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  readonly dev: number;
}

export interface FoundTree {
  readonly files: readonly FoundFile[];
  readonly others: readonly ManifestEntry[];
  /** What .gitignore files have left out; a folder stands for all that is in it. */
  readonly leftOutByGit: readonly string[];
  /** What git keeps for itself: never part of a release. */
  readonly leftOutOfGit: readonly string[];
}

/** What people know of a tree that has come from elsewhere. */
export interface TreeOrigin {
  /** What it is called, and each path in it; absent: by its place on the disk. */
  readonly name?: string;
  readonly nameOf?: (path: string) => string;
  /** Files that had a setuid or setgid bit there, though they have none here. */
  readonly setsId?: ReadonlySet<string>;
}

export interface WalkOptions extends TreeOrigin {
  /** False: .gitignore counts for nothing, as in what git or an archive has given. */
  readonly gitignore: boolean;
}

interface Walk extends WalkOptions {
  readonly root: string;
  readonly nameOf: (path: string) => string;
}

const SETS_ID = 0o6000;
/** Whoever waits has a turn so often. */
const TURN_MS = 10;

/** @throws OutriderError('invalid') where something in it cannot be part of a release. */
export async function walkTree(root: string, options: WalkOptions): Promise<FoundTree> {
  const walk: Walk = { ...options, root, nameOf: options.nameOf ?? ((path) => shownName(join(root, path))) };
  const found: Found = { files: [], others: [], leftOutByGit: [], leftOutOfGit: [] };
  const waiting: { readonly folder: string; readonly above: IgnoreRules | undefined }[] = [
    { folder: '', above: undefined },
  ];
  let turnAt = performance.now();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { folder } = next;
    const children = list(walk, folder);
    const texts = textsIn(walk, folder, children);
    const rules = next.above?.below(folder, texts) ?? IgnoreRules.atRoot(texts, above(walk));
    let kept = 0;
    for (const child of children) {
      const path = folder === '' ? child.name : `${folder}/${child.name}`;
      const by = rules.leavesOut(path, child.isDirectory());
      if (by === 'git') found.leftOutByGit.push(path);
      if (by === 'always' && child.name !== IGNORE_FILE) found.leftOutOfGit.push(path);
      if (by !== undefined) continue;
      refuseOddBytes(walk, folder, child.name);
      kept += 1;
      if (child.isDirectory()) waiting.push({ folder: path, above: rules });
      else addLeaf(found, walk, path, child);
    }
    if (kept === 0 && folder !== '') found.others.push({ kind: 'folder', path: folder });
    if (performance.now() - turnAt < TURN_MS) continue;
    await setImmediate();
    turnAt = performance.now();
  }
  return found;
}

type Found = { -readonly [K in keyof FoundTree]: FoundTree[K][number][] };

function refuseOddBytes({ root, nameOf }: Walk, folder: string, name: string): void {
  if (!name.includes('\uFFFD')) return;
  throw new OutriderError(
    'invalid',
    `${nameOf(folder)} has the name ${shownBytes(join(root, folder), name)} in it, which is not UTF-8. Rename it.`,
  );
}

function addLeaf(found: Found, { root, nameOf, setsId }: Walk, path: string, child: Dirent): void {
  const full = join(root, path);
  if (child.isSymbolicLink()) {
    found.others.push({ kind: 'symlink', path, target: readlinkSync(full) });
  } else if (child.isFile()) {
    const { mode, size, mtimeMs, ctimeMs, ino, dev } = lstatSync(full);
    if ((mode & SETS_ID) !== 0 || setsId?.has(path) === true) {
      throw new OutriderError(
        'invalid',
        `${nameOf(path)} has a setuid or setgid bit, and nothing in a release may gain rights by it. Take it away ` +
          `(chmod ug-s), or name the file in ${IGNORE_FILE}.`,
      );
    }
    found.files.push({ path, mode: (mode & 0o100) === 0 ? 0o644 : 0o755, size, mtimeMs, ctimeMs, ino, dev });
  } else {
    const what = child.isSocket() ? 'a socket' : child.isFIFO() ? 'a named pipe' : 'a device';
    throw new OutriderError(
      'invalid',
      `${nameOf(path)} is ${what}; a release has files, folders and symbolic links. Remove it, or name it in ${IGNORE_FILE}.`,
    );
  }
}

const NO_FOLDER = { ENOENT: 'there is no such folder', ENOTDIR: 'this is no folder' };

function list({ root, nameOf }: Walk, folder: string): Dirent[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true });
  } catch (error) {
    const why = whyUnreadable(error, NO_FOLDER);
    throw new OutriderError('invalid', `Cannot read ${nameOf(folder)}: ${why}.`, { cause: error });
  }
}

/** As git has it, a link is no such file; one that is meant for us alone may be. */
function textsIn({ root, gitignore, nameOf }: Walk, folder: string, children: readonly Dirent[]): IgnoreTexts {
  const textOf = (name: string): string => read(join(root, folder, name), nameOf(join(folder, name)));
  const own = children.find(({ name }) => name === IGNORE_FILE);
  const git = children.find((child) => gitignore && child.name === GIT_IGNORE_FILE && child.isFile());
  return {
    ...(own === undefined ? {} : { own: textOf(IGNORE_FILE) }),
    ...(git === undefined ? {} : { git: textOf(GIT_IGNORE_FILE) }),
  };
}

/** The .gitignore files between the root of the repository that this folder is in and the folder; the outermost first. */
function above({ root, gitignore }: Walk): { readonly text: string; readonly between: string }[] {
  if (!gitignore || has(root, '.git')) return [];
  const outer: { readonly text: string; readonly between: string }[] = [];
  let [folder, between] = [resolve(root), ''];
  while (dirname(folder) !== folder) {
    between = `${basename(folder)}/${between}`;
    folder = dirname(folder);
    const path = join(folder, GIT_IGNORE_FILE);
    if (isFile(path)) outer.unshift({ text: read(path, shownName(path)), between });
    if (has(folder, '.git')) return outer;
  }
  return [];
}

const has = (folder: string, name: string): boolean =>
  lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined;
const isFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

function read(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new OutriderError('invalid', `Cannot read ${name}: ${whyUnreadable(error)}.`, { cause: error });
  }
}
