/** What the releases of a host are made with. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { NeededReleases } from '../supervise/ports.js';
import type { StepRunner } from './links/ports.js';
import type { DiskWorkOptions } from './work/disk-work.js';
import type { ReleaseWork } from './work/release-work.js';

export interface ReleasesOptions {
  readonly dataDir: string;
  /** The fleet's token, for Coordinator.Blobs; asked for at each staging. */
  readonly token: () => string | undefined;
  readonly clock: Clock;
  /** Bytes of the disk that staging never takes; default 64 MiB. */
  readonly reserveBytes?: number;
  /** The name of this host among those that stage together; absent: no other is asked. */
  readonly host?: string;
  /** Bytes in a second that staging fetches at most; absent: as many as come. */
  readonly bandwidth?: number;
  /** Fetching gives up when nothing new has come for so long; default 60 s. */
  readonly patienceMs?: number;
  /** So many of the releases of an app that were staged last stay, needed or not; default 5. */
  readonly keep?: number;
  /** What must not go; absent: nothing is ever cleared away to make room. */
  readonly needed?: () => NeededReleases;
  /** Whether an agent may change what belongs to the sidecar's user; absent: all may. */
  readonly couldWrite?: (agent: HostAgent) => boolean;
  /** Who does what takes long; absent: it is done in this thread. */
  readonly work?: (settings: WorkSettings) => ReleaseWork;
  /** Runs what is to be prepared; absent: nothing does. */
  readonly runner?: StepRunner;
}

/** What whoever does the long part has to know. */
export type WorkSettings = Omit<DiskWorkOptions, 'clock' | 'sliceMs'>;
