/**
 * Owns the way from a folder on disk to the entries of a manifest: walks, leaves out what is ignored, hashes
 * with a bounded number of open files. Never follows a symbolic link and never changes anything.
 */
import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { ManifestEntry } from '../domain/release.js';
import { eachOf } from '../runtime/each-of.js';
import { messageOf, OutriderError } from '../runtime/errors.js';
import { byPath, problemOfEntries } from './manifest.js';

/** Lines as in .gitignore; it is itself left out of releases. */
const IGNORE_FILE = '.outriderignore';
const ALWAYS_IGNORED = ['.git', IGNORE_FILE];
const READ_BYTES = 256 * 1024;
const SETS_ID = 0o6000;

export interface ScannedTree {
  /** Sorted as a manifest's. */
  readonly entries: readonly ManifestEntry[];
  /** Where each content is found, by its sha256. */
  readonly sources: ReadonlyMap<string, { readonly path: string; readonly size: number }>;
  /** Regular files, and the bytes in them. */
  readonly files: number;
  readonly bytes: number;
}

/**
 * Reads a whole tree. `progress` is told of bytes hashed. Throws `OutriderError('invalid')` where something
 * in it cannot be part of a release: a socket, a device, a name that is not UTF-8, a link that leads out.
 */
export async function scanTree(root: string, progress?: (bytesHashed: number) => void): Promise<ScannedTree> {
  const found = await walk(root, await readIgnore(root));
  const sources = new Map<string, { readonly path: string; readonly size: number }>();
  const entries: ManifestEntry[] = [...found.others];
  let bytes = 0;
  await eachOf(found.files, Math.min(8, availableParallelism() * 2), async ({ path, mode }) => {
    const hashed = await hashFile(join(root, path), progress);
    bytes += hashed.size;
    entries.push({ kind: 'file', path, mode, ...hashed });
    sources.set(hashed.sha256, { path: join(root, path), size: hashed.size });
  });
  entries.sort(byPath);
  const problem = problemOfEntries(entries);
  if (problem !== undefined) throw new OutriderError('invalid', `${root} cannot be released: it ${problem}.`);
  return { entries, sources, files: found.files.length, bytes };
}

interface Found {
  readonly files: { readonly path: string; readonly mode: number }[];
  readonly others: ManifestEntry[];
}

async function walk(root: string, ignored: Ignore): Promise<Found> {
  const found: Found = { files: [], others: [] };
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const children = (await list(join(root, folder))).filter((child) => {
      const path = folder === '' ? child.name : `${folder}/${child.name}`;
      return !ignored.ignores(child.isDirectory() ? `${path}/` : path);
    });
    if (children.length === 0 && folder !== '') found.others.push({ kind: 'folder', path: folder });
    for (const child of children) {
      const path = folder === '' ? child.name : `${folder}/${child.name}`;
      if (child.isDirectory()) waiting.push(path);
      else await addLeaf(found, root, path, child);
    }
  }
  return found;
}

async function addLeaf(found: Found, root: string, path: string, child: Dirent): Promise<void> {
  const full = join(root, path);
  if (child.name.includes('\uFFFD')) throw new OutriderError('invalid', `${full}: the name of this file is not UTF-8.`);
  if (child.isSymbolicLink()) {
    found.others.push({ kind: 'symlink', path, target: await readlink(full) });
  } else if (child.isFile()) {
    const { mode } = await lstat(full);
    if ((mode & SETS_ID) !== 0) {
      throw new OutriderError(
        'invalid',
        `${full} has a setuid or setgid bit, and nothing in a release may gain rights by it. Take it away ` +
          `(chmod ug-s), or name the file in ${IGNORE_FILE}.`,
      );
    }
    found.files.push({ path, mode: (mode & 0o100) === 0 ? 0o644 : 0o755 });
  } else {
    const what = child.isSocket() ? 'a socket' : child.isFIFO() ? 'a named pipe' : 'a device';
    throw new OutriderError(
      'invalid',
      `${full} is ${what}; a release has files, folders and symbolic links. Remove it, or name it in ${IGNORE_FILE}.`,
    );
  }
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what =
      code === 'ENOENT' ? 'there is no such folder' : code === 'ENOTDIR' ? 'this is no folder' : messageOf(error);
    throw new OutriderError('invalid', `Cannot read ${folder}: ${what}.`, { cause: error });
  }
}

async function readIgnore(root: string): Promise<Ignore> {
  const rules = ignore().add(ALWAYS_IGNORED);
  try {
    return rules.add(await readFile(join(root, IGNORE_FILE), 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return rules;
    throw new OutriderError('invalid', `Cannot read ${join(root, IGNORE_FILE)}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** sha256 and size of a file as it is read. */
async function hashFile(
  path: string,
  progress?: (bytes: number) => void,
): Promise<{ readonly sha256: string; readonly size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
      const bytes = chunk as Buffer;
      hash.update(bytes);
      size += bytes.length;
      progress?.(bytes.length);
    }
  } catch (error) {
    throw new OutriderError('invalid', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
  }
  return { sha256: hash.digest('hex'), size };
}
