/** What is asked of this machine before a release is brought to it. */
import type { PrepareOutlook } from '@outrider/shared/domain/prepare.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import type { ReleaseDocuments } from '../ports.js';

/** What a release would take of the disk. Implemented by release/. */
export interface StagingNeeds {
  /** Reads both documents and keeps nothing. Rejects with `OutriderError('invalid')` where they are not what they say. */
  needOf(documents: ReleaseDocuments): Promise<{
    readonly spec: HostSpec;
    readonly neededBytes: number;
    readonly freeBytes: number;
    readonly reserveBytes: number;
    /** Why it can't be brought here, as a sentence. */
    readonly problem?: string;
    /** Whether what its steps create is there already. */
    readonly prepare: readonly PrepareOutlook[];
    /** Sentences that refuse nothing. */
    readonly notices: readonly string[];
  }>;
}

/** Who listens where. Implemented by process/. */
export interface PortHolders {
  /** In words, who listens on an address that an agent of `app` is to have; undefined: nobody but this host's `app`. */
  strangerOn(listen: string, app: string, host: string): string | undefined;
}
