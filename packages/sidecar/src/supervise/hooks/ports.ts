/** What running hooks needs from the outside. */
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { HookRecord } from '../../host/hook-run.js';

/** Durable before it returns; implemented by store/hook-records.ts. */
export interface HookRecords {
  /** All that can be read. */
  load(): readonly HookRecord[];
  read(id: string): HookRecord | undefined;
  /** Throws `OutriderError('unavailable')` where the disk refuses. */
  write(record: HookRecord): void;
  /** Forgets what was written longest ago, but for these. */
  prune(kept: ReadonlySet<string>): void;
}

/** Where a hook of a release runs. */
export interface HookPlace {
  readonly cwd: string;
  /** Name to address of every host. */
  readonly hosts: Readonly<Record<string, string>>;
}

export type PlaceOf = (app: string, release: ReleaseRef) => HookPlace;
