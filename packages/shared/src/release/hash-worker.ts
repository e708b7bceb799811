/** A thread that hashes what it is sent; see hash-pool.ts. */
import { parentPort } from 'node:worker_threads';
import { hashContent } from './content-hash.js';
import { whyUnreadable } from '../runtime/unreadable.js';
import type { Hashed, HashNews } from './hash-pool.js';

/** Said so often while one file is read. */
const TELL_BYTES = 16 * 1024 * 1024;

const tell = (news: HashNews): void => parentPort?.postMessage(news);

parentPort?.on('message', (paths: readonly string[]) => {
  let untold = 0;
  const progress = (bytes: number): void => {
    untold += bytes;
    if (untold < TELL_BYTES) return;
    tell({ bytes: untold });
    untold = 0;
  };
  const hashed = paths.map((path): Hashed => {
    try {
      return hashContent(path, progress);
    } catch (error) {
      return { problem: whyUnreadable(error) };
    }
  });
  tell({ bytes: untold, hashed });
});
