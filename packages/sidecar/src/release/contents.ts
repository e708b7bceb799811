/** The contents of this host on their way to others. Reads what staging has stored, and changes nothing. */
import { BlobFiles } from '@outrider/shared/release/store/blob-files.js';
import { ChunkLists } from '@outrider/shared/release/transfer/chunk-lists.js';
import { Pace } from '@outrider/shared/release/transfer/pace.js';
import { BlobServing } from '@outrider/shared/release/transfer/serving.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { Contents } from '../link/ports.js';
import { layoutOf } from './layout.js';

export interface ContentsOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  /** Other hosts that are served at once. */
  readonly mostAtOnce: number;
  /** Bytes in a second, to all of them; absent: as many as they take. */
  readonly bandwidth?: number;
  /** Told of bytes that were sent. */
  readonly sent: (bytes: number) => unknown;
  /** Another number each time contents came here; undefined: none are being fetched. */
  readonly pulse: () => number | undefined;
}

export function createContents(options: ContentsOptions): Contents {
  const { dataDir, clock, mostAtOnce, bandwidth, sent, pulse } = options;
  const files = new BlobFiles(layoutOf(dataDir).blobs);
  const lists = new ChunkLists((sha256) => files.path(sha256));
  const serving = new BlobServing({ files, lists, clock, mostAtOnce, pace: new Pace(bandwidth, clock), sent, pulse });
  return { send: (ask, caller) => serving.serve(ask, caller) };
}
