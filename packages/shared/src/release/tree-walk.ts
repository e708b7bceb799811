/**
 * Owns the walk over a folder that is to be a release: what is in it and not left out, with the bit and the size of each
 * file. Never follows a symbolic link, reads no content and never changes anything.
 */
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ManifestEntry } from '../domain/release.js';
import { messageOf, OutriderError } from '../runtime/errors.js';
import { GIT_IGNORE_FILE, IGNORE_FILE, IgnoreRules, type IgnoreTexts } from './ignore-rules.js';

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
}

export interface WalkOptions {
  /** False: .gitignore counts for nothing, as in what git or an archive has given. */
  readonly gitignore: boolean;
}

/** Whoever waits has a turn so often. */
const TURN_MS = 30;

/** @throws OutriderError('invalid') where something in it cannot be part of a release. */
export async function walkTree(root: string, options: WalkOptions): Promise<FoundTree> {
  const found = { files: [] as FoundFile[], others: [] as ManifestEntry[], leftOutByGit: [] as string[] };
  const waiting: { readonly folder: string; readonly above: IgnoreRules | undefined }[] = [
    { folder: '', above: undefined },
  ];
  let turnAt = performance.now();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { folder } = next;
    const children = list(join(root, folder));
    const texts = textsIn(join(root, folder), children, options);
    const rules = next.above?.below(folder, texts) ?? IgnoreRules.atRoot(texts, above(root, options));
    let kept = 0;
    for (const child of children) {
      const path = folder === '' ? child.name : `${folder}/${child.name}`;
      const by = rules.leavesOut(path, child.isDirectory());
      if (by === 'git') found.leftOutByGit.push(path);
      if (by !== undefined) continue;
      kept += 1;
      if (child.isDirectory()) waiting.push({ folder: path, above: rules });
      else addLeaf(found, root, path, child);
    }
    if (kept === 0 && folder !== '') found.others.push({ kind: 'folder', path: folder });
    if (performance.now() - turnAt < TURN_MS) continue;
    await setImmediate();
    turnAt = performance.now();
  }
  return found;
}

function addLeaf(
  found: { readonly files: FoundFile[]; readonly others: ManifestEntry[] },
  root: string,
  path: string,
  child: Dirent,
): void {
  const full = join(root, path);
  if (child.name.includes('\uFFFD')) throw new OutriderError('invalid', `${full}: the name of this file is not UTF-8.`);
  if (child.isSymbolicLink()) {
    found.others.push({ kind: 'symlink', path, target: readlinkSync(full) });
  } else if (child.isFile()) {
    const { mode, size, mtimeMs, ctimeMs, ino, dev } = lstatSync(full);
    found.files.push({ path, mode: (mode & 0o100) === 0 ? 0o644 : 0o755, size, mtimeMs, ctimeMs, ino, dev });
  } else {
    const what = child.isSocket() ? 'a socket' : child.isFIFO() ? 'a named pipe' : 'a device';
    throw new OutriderError(
      'invalid',
      `${full} is ${what}; a release has files, folders and symbolic links. Remove it, or name it in ${IGNORE_FILE}.`,
    );
  }
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what =
      code === 'ENOENT' ? 'there is no such folder' : code === 'ENOTDIR' ? 'this is no folder' : messageOf(error);
    throw new OutriderError('invalid', `Cannot read ${folder}: ${what}.`, { cause: error });
  }
}

/** As git has it, a link is no such file; one that is meant for us alone may be. */
function textsIn(folder: string, children: readonly Dirent[], { gitignore }: WalkOptions): IgnoreTexts {
  const own = children.find(({ name }) => name === IGNORE_FILE);
  const git = children.find((child) => gitignore && child.name === GIT_IGNORE_FILE && child.isFile());
  return {
    ...(own === undefined ? {} : { own: read(join(folder, IGNORE_FILE)) }),
    ...(git === undefined ? {} : { git: read(join(folder, GIT_IGNORE_FILE)) }),
  };
}

/** The .gitignore files between the root of the repository that this folder is in and the folder; the outermost first. */
function above(root: string, { gitignore }: WalkOptions): { readonly text: string; readonly between: string }[] {
  if (!gitignore || has(root, '.git')) return [];
  const outer: { readonly text: string; readonly between: string }[] = [];
  let [folder, between] = [resolve(root), ''];
  while (dirname(folder) !== folder) {
    between = `${basename(folder)}/${between}`;
    folder = dirname(folder);
    if (isFile(join(folder, GIT_IGNORE_FILE))) outer.unshift({ text: read(join(folder, GIT_IGNORE_FILE)), between });
    if (has(folder, '.git')) return outer;
  }
  return [];
}

const has = (folder: string, name: string): boolean =>
  lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined;
const isFile = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new OutriderError('invalid', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
