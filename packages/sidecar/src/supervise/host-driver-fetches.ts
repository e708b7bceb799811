/** Owns the fetching that is under way: one for each app, in the background, with its progress. */
import type { StagedBytes } from '@outrider/shared/domain/host.js';
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { FetchEffect } from '../host/host-event.js';
import type { Releases, StageStep } from './ports.js';

export interface FetchesOptions {
  readonly releases: Releases;
  readonly onProgress: () => void;
  /** Told what more has come. */
  readonly onStaged: ((bytes: StagedBytes) => void) | undefined;
  /** `reason` undefined: it is staged. */
  readonly onEnd: (app: string, release: ReleaseRef, reason: string | undefined) => void;
}

interface Fetch {
  readonly release: ReleaseRef;
  readonly abort: AbortController;
  progress: StageStep;
}

const NOTHING_YET: StageStep = {
  ...{ bytesDone: 0, bytesTotal: 0 },
  ...{ bytesFromCoordinators: 0, bytesFromPeers: 0, bytesReused: 0 },
};

export class Fetches {
  private readonly fetches = new Map<string, Fetch>();
  private running = 0;
  private count = 0;

  constructor(private readonly options: FetchesOptions) {}

  /** A fetch of another release of the app is stopped; what it has brought stays on disk. */
  start(app: string, { release, sources, peers }: FetchEffect): void {
    this.fetches.get(app)?.abort.abort();
    const fetch: Fetch = { release, abort: new AbortController(), progress: NOTHING_YET };
    this.fetches.set(app, fetch);
    const { releases, onProgress, onStaged, onEnd } = this.options;
    const progress = (step: StageStep): void => {
      this.count += 1;
      onStaged?.(added(fetch.progress, step));
      fetch.progress = step;
      onProgress();
    };
    const ended = (reason?: string): void => {
      this.running -= 1;
      if (this.fetches.get(app) === fetch && !fetch.abort.signal.aborted) onEnd(app, release, reason);
    };
    this.running += 1;
    releases.stage(app, release, sources, progress, fetch.abort.signal, peers).then(
      () => ended(),
      (error: unknown) => ended(messageOf(error)),
    );
  }

  progress(app: string, release: ReleaseRef): StageStep {
    const fetch = this.fetches.get(app);
    return fetch !== undefined && sameRelease(fetch.release, release) ? fetch.progress : NOTHING_YET;
  }

  /** Another number each time something came; undefined: nothing is being fetched. */
  pulse(): number | undefined {
    return this.running === 0 ? undefined : this.count;
  }

  stop(): void {
    for (const fetch of this.fetches.values()) fetch.abort.abort();
    this.fetches.clear();
  }
}

/** Nothing where some were taken back. */
function added(before: StagedBytes, now: StagedBytes): StagedBytes {
  const more = (member: keyof StagedBytes): number => Math.max(0, now[member] - before[member]);
  return {
    bytesFromCoordinators: more('bytesFromCoordinators'),
    bytesFromPeers: more('bytesFromPeers'),
    bytesReused: more('bytesReused'),
  };
}
