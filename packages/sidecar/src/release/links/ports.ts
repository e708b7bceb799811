/** What making and linking things beside the entries of a tree needs from the outside. */
import type { HostPrepare } from '@outrider/shared/domain/prepare.js';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Who users are on this machine. */
export interface Owners {
  /**
   * To whom a folder for `user` is given; undefined: it stays ours, since we have no other.
   * @throws OutriderError('invalid') where there is no such user, or we can't give it to him.
   */
  ownerOf(user: string | undefined): Owner | undefined;
}

export interface StepRun {
  readonly app: string;
  readonly step: HostPrepare;
  /** Its folder, which the user it runs as may write to. */
  readonly cwd: string;
}

/** Implemented by supervise/prepare/. */
export interface StepRunner extends Owners {
  /** Why it can't be run on this host, as a sentence; undefined: nothing speaks against it. */
  problemOf(step: HostPrepare): string | undefined;
  /** What its program is here: another one where that was replaced. '' where it is in the folder that it runs in. */
  programOf(step: HostPrepare): string;
  /**
   * Resolves once it has ended well and nothing of it is left. Rejects with an `OutriderError` whose sentence has the
   * last lines that it said; also where `signal` was aborted, once all of it was killed.
   */
  run(run: StepRun, signal: AbortSignal): Promise<void>;
}
