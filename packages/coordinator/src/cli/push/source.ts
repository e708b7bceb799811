/** Where a release is pushed from: a folder, an archive, standard input, or what git has at a reference. */
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ReleaseSource } from '@outrider/shared/domain/release.js';
import { AGENTS_FILE } from '@outrider/shared/release/manifest.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { gitTree } from './git-source.js';
import { withTemporaryFolder } from './temporary-folder.js';
import { unpack } from './unpack.js';

export interface Prepared {
  readonly folder: string;
  readonly source: ReleaseSource;
  /** What people should know, a sentence each. */
  readonly notices: readonly string[];
}

/** `from`: a folder, the file of an archive, or `-`. What is made for it is gone once `act` has settled. */
export async function withSource<T>(
  from: string,
  gitRef: string | undefined,
  act: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  if (gitRef !== undefined) return withTemporaryFolder((folder) => fromGit(from, gitRef, folder).then(act));
  if (from === '-') {
    if (process.stdin.isTTY) throw new OutriderError('invalid', 'An archive is expected on standard input.');
    return withTemporaryFolder((folder) => fromArchive(process.stdin, 'standard input', folder).then(act));
  }
  if (statSync(from, { throwIfNoEntry: false })?.isFile() === true) {
    return withTemporaryFolder((folder) => fromArchive(createReadStream(from), from, folder).then(act));
  }
  return act({ folder: from, source: { kind: 'folder' }, notices: [] });
}

async function fromArchive(archive: Readable, name: string, folder: string): Promise<Prepared> {
  await unpack(archive, name, folder);
  return { folder: withoutTop(folder), source: { kind: 'tar' }, notices: [] };
}

/** Archives are often of one folder that has all in it. */
function withoutTop(folder: string): string {
  const [top, ...others] = readdirSync(folder, { withFileTypes: true });
  if (top?.isDirectory() !== true || others.length > 0) return folder;
  const inner = join(folder, top.name);
  return readdirSync(inner).includes(AGENTS_FILE) ? inner : folder;
}

async function fromGit(from: string, ref: string, folder: string): Promise<Prepared> {
  const { commit, submodules, archive, ended } = await gitTree(from, ref);
  const [given, unpacked] = await Promise.allSettled([ended, unpack(archive, `what git has at ${ref}`, folder)]);
  // Of an archive that was cut off git knows the reason.
  for (const one of [given, unpacked]) if (one.status === 'rejected') throw one.reason;
  const missing = submodules.map((path) => `${path} is a submodule: git archives nothing of it.`);
  return { folder, source: { kind: 'git', ref, commit }, notices: missing };
}

const LFS_POINTER = 'version https://git-lfs.github.com/spec/v1\n';
const LARGEST_POINTER = 1_024;

/** Of git alone: a sentence, where contents are kept elsewhere and only what points to them has come. */
export function lfsNotice(files: Iterable<{ readonly path: string; readonly size: number }>): string | undefined {
  const pointers = [...files].filter(({ path, size }) => size <= LARGEST_POINTER && isPointer(path));
  if (pointers.length === 0) return undefined;
  return `${pointers.length} contents are pointers of Git LFS. Install git-lfs and fetch them (git lfs pull), then push again.`;
}

function isPointer(path: string): boolean {
  try {
    return readFileSync(path, 'latin1').startsWith(LFS_POINTER);
  } catch (error) {
    throw new OutriderError('invalid', `Cannot read ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
