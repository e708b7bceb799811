/** What this folder needs of releases on this host's disk. */
import type { Preparing, StagedBytes, StagePeer } from '@outrider/shared/domain/host.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';

/** Implemented by release/. */
export interface Releases {
  /**
   * Checks both documents against their digests and keeps them, durably; fetches nothing yet.
   * Throws `OutriderError('invalid')` with a sentence.
   */
  accept(documents: ReleaseDocuments): HostSpec;
  /**
   * Fetches, verifies and builds what was accepted; nothing that runs is touched. Resolves when the release
   * is staged, rejects with an `OutriderError` whose sentence says why not. The same again is quick.
   */
  stage(
    app: string,
    release: ReleaseRef,
    sources: readonly string[],
    progress: (step: StageStep) => void,
    signal: AbortSignal,
    /** Other hosts that stage it too, or have it. */
    peers?: readonly StagePeer[],
  ): Promise<void>;
  /** A staged release. Throws `OutriderError('not_found')`. */
  spec(app: string, release: ReleaseRef): HostSpec;
  /** Absolute path of its tree. */
  tree(app: string, release: Pick<ReleaseRef, 'digest'>): string;
  /**
   * Compares the tree with the manifest. `mend`: what differs is made anew from verified blobs, and it rejects
   * where that can't be done. `check`: changes nothing, and rejects where `mend` would.
   */
  verify(app: string, release: ReleaseRef, how: 'mend' | 'check'): Promise<void>;
}

/** How far a staging has come. */
export interface StageStep extends StagedBytes {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** The step that runs now; absent: none does. */
  readonly preparing?: Preparing;
}

/** Implemented by release/. */
export interface ReleaseCleaner {
  /**
   * Removes the releases that are neither needed nor among those staged last, and contents that no release names. Never
   * rejects where something is in the way: that is a problem, and tried again the next time.
   */
  clean(needed: NeededReleases): Promise<CleanedReleases>;
}

/** What must not go from this host. */
export interface NeededReleases {
  /** Active, active before, tried, or being staged. */
  readonly releases: readonly { readonly app: string; readonly digest: string; readonly specDigest: string }[];
  /** What agents run from. */
  readonly running: readonly { readonly app: string; readonly version: string }[];
}

export interface CleanedReleases {
  readonly releases: number;
  /** Contents, and the bytes that they took. */
  readonly blobs: number;
  readonly bytes: number;
  /** Sentences. */
  readonly problems: readonly string[];
}

/** Canonical JSON; their sha256 are `release.digest` and `release.specDigest`. */
export interface ReleaseDocuments {
  readonly release: ReleaseRef;
  readonly manifest: Uint8Array;
  readonly hostSpec: Uint8Array;
}
