/**
 * Owns the hashing of many files: on this thread where there is little, else on a few threads, the biggest files first
 * and the small ones in groups.
 */
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { whyUnreadable } from '../runtime/unreadable.js';
import { hashContent } from './content-hash.js';

export type Hashed = { readonly sha256: string; readonly size: number } | { readonly problem: string };

/** What a thread says: how far it is, and at the end of a group what it has found. */
export interface HashNews {
  readonly bytes: number;
  readonly hashed?: readonly Hashed[];
}

export interface FileToHash {
  readonly path: string;
  /** As it was seen; groups are made by it. */
  readonly size: number;
}

/** More threads than that wait for the disk, and each takes some 10 MiB. */
const MOST_THREADS = 4;
/** Starting a thread takes as long as hashing some 30 MiB. */
const WORTH_THREADS_BYTES = 64 * 1024 * 1024;
const GROUP_BYTES = 8 * 1024 * 1024;
const GROUP_FILES = 256;

/** In the order of `files`. `progress` is told of bytes. */
export async function hashFiles(
  files: readonly FileToHash[],
  progress: (bytes: number) => void,
  most: number = Math.min(MOST_THREADS, availableParallelism()),
): Promise<readonly Hashed[]> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const groups = groupsOf(files);
  const threads = Math.min(most, groups.length);
  const result = new Array<Hashed>(files.length);
  const keep = (group: readonly number[], hashed: readonly Hashed[]): void =>
    group.forEach((index, at) => (result[index] = hashed[at] ?? { problem: 'it was not hashed' }));
  if (threads < 2 || total < WORTH_THREADS_BYTES) {
    for (const group of groups) {
      keep(
        group,
        pathsOf(files, group).map((path) => hashHere(path, progress)),
      );
      // Whoever draws, or wants to end, has a turn.
      await setImmediate();
    }
    return result;
  }
  const waiting = groups.values();
  await Promise.all(Array.from({ length: threads }, () => runThread(files, waiting, keep, progress)));
  return result;
}

/** Compiled beside this one also where this one is read as source. */
const WORKER = new URL('../../dist/release/hash-worker.js', import.meta.url);

function runThread(
  files: readonly FileToHash[],
  waiting: Iterator<readonly number[], undefined>,
  keep: (group: readonly number[], hashed: readonly Hashed[]) => void,
  progress: (bytes: number) => void,
): Promise<void> {
  const worker = new Worker(WORKER);
  return new Promise<void>((resolve, reject) => {
    let group: readonly number[] = [];
    const next = (): void => {
      const turn = waiting.next();
      if (turn.done === true) {
        resolve();
        return;
      }
      group = turn.value;
      worker.postMessage(pathsOf(files, group));
    };
    worker.on('message', ({ bytes, hashed }: HashNews) => {
      progress(bytes);
      if (hashed === undefined) return;
      keep(group, hashed);
      next();
    });
    worker.once('error', reject);
    next();
  }).finally(() => worker.terminate());
}

/** Indices of `files`: the big ones alone and first, so that no thread begins with one when all others are done. */
function groupsOf(files: readonly FileToHash[]): readonly (readonly number[])[] {
  const order = files.map((_, index) => index).sort((a, b) => sizeAt(files, b) - sizeAt(files, a));
  const groups: number[][] = [];
  let bytes = Infinity;
  for (const index of order) {
    const last = groups.at(-1);
    if (last === undefined || bytes + sizeAt(files, index) > GROUP_BYTES || last.length >= GROUP_FILES) {
      groups.push([index]);
      bytes = 0;
    } else last.push(index);
    bytes += sizeAt(files, index);
  }
  return groups;
}

const sizeAt = (files: readonly FileToHash[], index: number): number => files[index]?.size ?? 0;
const pathsOf = (files: readonly FileToHash[], group: readonly number[]): string[] =>
  group.map((index) => files[index]?.path ?? '');

function hashHere(path: string, progress: (bytes: number) => void): Hashed {
  try {
    return hashContent(path, progress);
  } catch (error) {
    return { problem: whyUnreadable(error) };
  }
}
