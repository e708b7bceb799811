/** Owns the fetching that is under way: one for each app, in the background, with its progress. */
import type { Preparing } from '@outrider/shared/domain/host.js';
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { FetchEffect } from '../host/host-event.js';
import type { Releases } from './ports.js';

export interface FetchesOptions {
  readonly releases: Releases;
  readonly onProgress: () => void;
  /** `reason` undefined: it is staged. */
  readonly onEnd: (app: string, release: ReleaseRef, reason: string | undefined) => void;
}

export interface Progress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** The step that runs now; absent: none does. */
  readonly preparing?: Preparing;
}

interface Fetch {
  readonly release: ReleaseRef;
  readonly abort: AbortController;
  progress: Progress;
}

const NOTHING_YET: Progress = { bytesDone: 0, bytesTotal: 0 };

export class Fetches {
  private readonly fetches = new Map<string, Fetch>();

  constructor(private readonly options: FetchesOptions) {}

  /** A fetch of another release of the app is stopped; what it has brought stays on disk. */
  start(app: string, { release, sources }: FetchEffect): void {
    this.fetches.get(app)?.abort.abort();
    const fetch: Fetch = { release, abort: new AbortController(), progress: NOTHING_YET };
    this.fetches.set(app, fetch);
    const { releases, onProgress, onEnd } = this.options;
    const progress = (bytesDone: number, bytesTotal: number, preparing?: Preparing): void => {
      fetch.progress = { bytesDone, bytesTotal, ...(preparing === undefined ? {} : { preparing }) };
      onProgress();
    };
    const ended = (reason?: string): void => {
      if (this.fetches.get(app) === fetch && !fetch.abort.signal.aborted) onEnd(app, release, reason);
    };
    releases.stage(app, release, sources, progress, fetch.abort.signal).then(
      () => ended(),
      (error: unknown) => ended(messageOf(error)),
    );
  }

  progress(app: string, release: ReleaseRef): Progress {
    const fetch = this.fetches.get(app);
    return fetch !== undefined && sameRelease(fetch.release, release) ? fetch.progress : NOTHING_YET;
  }

  stop(): void {
    for (const fetch of this.fetches.values()) fetch.abort.abort();
    this.fetches.clear();
  }
}
