import type { PrepareOutlook } from './prepare.js';

/** What a host says when it is asked, before anything is brought there, whether it could run a release. */
export interface PreflightReport {
  /** Sentences; none: nothing speaks against it. */
  readonly problems: readonly string[];
  /** Sentences that refuse nothing. */
  readonly notices: readonly string[];
  readonly facts: HostFacts;
  /** Whether what the steps of the release create is there already; absent: of a sidecar that prepares nothing. */
  readonly prepare?: readonly PrepareOutlook[];
  /** It prepares releases, and keeps data across them; absent: its sidecar is of a version that can't. */
  readonly places?: true;
}

/** What a host has, and what a release would take of it. */
export interface HostFacts {
  /** What staging would add to the disk, what is free there, and what of that is never taken. */
  readonly diskNeededBytes: number;
  readonly diskFreeBytes: number;
  readonly diskReserveBytes: number;
  readonly memoryBytes: number;
  /** By the release and by all other apps of this host. */
  readonly memoryReservedBytes: number;
  readonly cpus: number;
  readonly cpusReserved: number;
  /** Only where it was asked for: what the new set needs of the memory while the old one runs beside it, and what it may use. */
  readonly besideNeededBytes?: number;
  readonly besideUsableBytes?: number;
}
