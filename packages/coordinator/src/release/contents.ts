/** The contents of this coordinator on their way to hosts, to other coordinators, and from whoever pushes. */
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { ChunkLists } from '@outrider/shared/release/transfer/chunk-lists.js';
import { Pace } from '@outrider/shared/release/transfer/pace.js';
import { receiveAll } from '@outrider/shared/release/transfer/receiving.js';
import { BlobServing } from '@outrider/shared/release/transfer/serving.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { Contents } from '../api/ports.js';

export interface ContentsOptions {
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

/** Hosts ask for a part at a time, so those that wait have their turn soon. */
const MOST_AT_ONCE = 32;

export function createContents({ blobs, clock }: ContentsOptions): Contents {
  let sentBytes = 0;
  const serving = new BlobServing({
    ...{ files: blobs, clock, mostAtOnce: MOST_AT_ONCE },
    sent: (bytes) => (sentBytes += bytes),
    lists: new ChunkLists((sha256) => blobs.path(sha256)),
    pace: new Pace(undefined, clock),
    remove: (sha256) => blobs.remove(sha256),
  });
  return {
    missing: (wanted) => blobs.missing(wanted),
    receive: (pieces) => receiveAll(blobs, pieces),
    send: (ask, caller) => serving.serve(ask, caller),
    chunks: (wanted) => serving.chunks(wanted),
    sentBytes: () => sentBytes,
  };
}
