/** Where a release is pushed from: a folder, an archive, standard input, or what git has at a reference. */
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { ReleaseSource } from '@outrider/shared/domain/release.js';
import { AGENTS_FILE } from '@outrider/shared/release/manifest.js';
import { shownName } from '@outrider/shared/domain/shown-name.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { TreeOrigin } from '@outrider/shared/release/tree-walk.js';
import { whyUnreadable } from '@outrider/shared/runtime/unreadable.js';
import { gitTree } from './git-source.js';
import { withTemporaryFolder } from './temporary-folder.js';
import { unpack, type Unpacked } from './unpack.js';

export interface Prepared {
  readonly folder: string;
  readonly source: ReleaseSource;
  /** What people know of it, where it is not that folder. */
  readonly origin: TreeOrigin;
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
  if (isFile(from)) {
    const name = shownName(from);
    return withTemporaryFolder((folder) => fromArchive(createReadStream(from), name, folder).then(act));
  }
  return act({ folder: from, source: { kind: 'folder' }, origin: {}, notices: [] });
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch (error) {
    throw new OutriderError('invalid', `Cannot read ${shownName(path)}: ${whyUnreadable(error)}.`, { cause: error });
  }
}

async function fromArchive(archive: Readable, name: string, folder: string): Promise<Prepared> {
  const unpacked = await unpack(archive, name, folder);
  const top = topOf(folder);
  return {
    ...{ folder: join(folder, top), source: { kind: 'tar' }, notices: [] },
    origin: originOf(name, top, unpacked),
  };
}

/** Its place on the disk is ours, and tells nobody anything. */
function originOf(name: string, top: string, { setsId }: Unpacked): TreeOrigin {
  const start = top === '' ? '' : `${top}/`;
  const below = [...setsId].filter((path) => path.startsWith(start)).map((path) => path.slice(start.length));
  const nameOf = (path: string): string => (path === '' ? name : `${name}: ${shownName(`${start}${path}`)}`);
  return { name, nameOf, setsId: new Set(below) };
}

/** Archives are often of one folder that has all in it; '': this one is not. */
function topOf(folder: string): string {
  const [top, ...others] = readdirSync(folder, { withFileTypes: true });
  if (top?.isDirectory() !== true || others.length > 0) return '';
  return readdirSync(join(folder, top.name)).includes(AGENTS_FILE) ? top.name : '';
}

async function fromGit(from: string, ref: string, folder: string): Promise<Prepared> {
  const { commit, submodules, archive, ended } = await gitTree(from, ref);
  const name = `what git has at ${shownName(ref)}`;
  const [given, unpacked] = await Promise.allSettled([ended, unpack(archive, name, folder)]);
  // Of an archive that was cut off git knows the reason.
  if (given.status === 'rejected') throw given.reason;
  if (unpacked.status === 'rejected') throw unpacked.reason;
  const missing = submodules.map((path) => `${shownName(path)} is a submodule: git archives nothing of it.`);
  const origin = originOf(name, '', unpacked.value);
  return { folder, source: { kind: 'git', ref, commit }, origin, notices: missing };
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
    throw new OutriderError('invalid', `Cannot read ${shownName(path)}: ${whyUnreadable(error)}.`, { cause: error });
  }
}
