/** What running hooks needs from the outside. */
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { ProcessIdentity } from '../../agent/identity.js';
import type { HookRecord } from '../../host/hook-run.js';

export interface KeptHook extends HookRecord {
  /** Absent: it was not recorded that its program runs. */
  readonly identity?: ProcessIdentity;
}

/** Durable before it returns; implemented by store/hook-records.ts. */
export interface HookRecords {
  /** All that can be read. */
  load(): readonly KeptHook[];
  read(id: string): KeptHook | undefined;
  /** Throws `OutriderError('unavailable')` where the disk refuses. */
  write(record: KeptHook): void;
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
