/**
 * Which lines of a stream are new to whoever reads it, also where it was begun anew after a gap and brings its last lines
 * once more. What was not asked for in the beginning is not new because it comes again. Pure: times are given.
 */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { RecentIds } from '@outrider/shared/runtime/recent-ids.js';

/** As many of the last ones are asked for after a gap; no more than are remembered as shown. */
export const LINES_AGAIN = 1_000;

export class Unseen {
  private readonly seen = new RecentIds();
  /** The id of the newest one that was let through. */
  private newest: string | undefined;
  /** Epoch milliseconds: when the stream was begun anew. */
  private againAt: number | undefined;
  /** Of a stream begun anew: what came before the newest one, as far as is known. */
  private held: OutriderEvent[] | undefined;

  /** `startedAt`: epoch milliseconds. `wantsPast`: lines of before that were asked for. */
  constructor(
    private readonly startedAt: number,
    private readonly wantsPast: boolean,
  ) {}

  /** From here on come the last `LINES_AGAIN` lines, as far as there are so many, then new ones. */
  again(now: number): void {
    this.againAt = now;
    this.held = this.newest === undefined ? undefined : [];
  }

  /** Those to show, now that this one has come. */
  take(event: OutriderEvent): readonly OutriderEvent[] {
    const { held } = this;
    if (held === undefined) return this.isOfBefore(event) ? [] : this.passed([event]);
    if (event.id === this.newest) {
      for (const { id } of held) this.seen.isNew(id);
      this.held = undefined;
      return [];
    }
    held.push(event);
    if (held.length < LINES_AGAIN && Date.parse(event.at) <= (this.againAt ?? 0)) return [];
    // The newest one is further back than what was brought, or not kept any more: all of it came in the gap.
    this.held = undefined;
    return this.passed(held);
  }

  /** Nothing was shown yet, and nothing of the past was to be. */
  private isOfBefore({ at }: OutriderEvent): boolean {
    const isAnew = this.againAt !== undefined && this.newest === undefined;
    return isAnew && !this.wantsPast && Date.parse(at) < this.startedAt;
  }

  private passed(events: readonly OutriderEvent[]): readonly OutriderEvent[] {
    const fresh = events.filter(({ id }) => this.seen.isNew(id));
    this.newest = fresh.at(-1)?.id ?? this.newest;
    return fresh;
  }
}
