/** The long part of bringing releases here and of clearing them away. All of it is plain data: it may be done in another thread. */
import type { AgentRelease } from '@outrider/shared/domain/agent.js';
import type { VerifyResult } from '@outrider/shared/domain/release-check.js';
import type { StagePeer } from '@outrider/shared/domain/host.js';
import type { StageStep } from '../../supervise/ports.js';
import type { Room } from '@outrider/shared/release/store/disk.js';

export interface ReleaseWork {
  /** What staging would add to the disk. */
  need(job: NeedJob): Promise<Need>;
  /**
   * Afterwards the tree is whole and durable. Rejects with an `OutriderError` whose sentence says why not: a `DiskProblem`
   * that was `refused` where there is no room.
   */
  make(job: MakeJob, progress: (step: StageStep) => void, signal: AbortSignal): Promise<Made>;
  /**
   * Notes of what `make` has made that it is right, so that it need not be read again. To be called once the tree stands in
   * its place; takes a moment that nobody has to wait for.
   */
  remember(job: TreeJob): Promise<void>;
  /** Changes nothing. Rejects where `make`, of what is needed, could not be done with what is here. */
  check(job: TreeJob): Promise<void>;
  /**
   * Reads all that is here of a release again, stored contents and tree, and makes good what is damaged. Rejects only where
   * that can't be done at all.
   */
  verify(
    job: VerifyJob,
    progress: (bytesDone: number, bytesTotal: number) => void,
    signal: AbortSignal,
  ): Promise<VerifyResult>;
  /** Removes folders that only have to go, and contents that no manifest names. May run beside everything else here. */
  clear(job: ClearJob): Promise<Cleared>;
  /** Bytes that would be free without these releases. */
  freeable(dropped: readonly TreePlace[]): Promise<number>;
}

export interface TreePlace {
  readonly app: string;
  readonly digest: string;
}

export interface NeedJob extends TreePlace {
  /** Not accepted yet. */
  readonly manifest: Uint8Array;
  /** See `TreeJob`. */
  readonly mayLink: boolean;
}

export interface Need {
  readonly need: Room;
  readonly free: Room;
}

export interface TreeJob {
  readonly app: string;
  readonly release: AgentRelease;
  /** No agent that runs in this tree could change what belongs to the sidecar's user. */
  readonly mayLink: boolean;
  /** Paths in the tree that are not for the manifest to say, with all below them. */
  readonly apart: readonly string[];
}

export interface MakeJob extends TreeJob {
  /** `all`: every content of the release is to be stored here afterwards; `needed`: what the tree lacks is enough. */
  readonly contents: 'all' | 'needed';
  /** Who has them: `HOST:PORT` of outrider.v1.Coordinator. */
  readonly sources: readonly string[];
  /** Other hosts that stage it too, or have it. */
  readonly peers: readonly StagePeer[];
  readonly token?: string;
}

export type VerifyJob = Omit<MakeJob, 'contents'>;

export interface Made {
  /** The whole new tree, to be renamed; absent: it stands in its place. */
  readonly building?: string;
}

export interface ClearJob {
  /** Contents that came in, or were asked for, since then stay; epoch milliseconds. */
  readonly since: number;
}

export interface Cleared {
  readonly blobs: number;
  readonly bytes: number;
  /** What could not be removed, in sentences. */
  readonly problems: readonly string[];
}
