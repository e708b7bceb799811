/**
 * Which contents were seen stored a moment ago: while a manifest is looked at, offered and named they are asked for three
 * times, and tens of thousands of looks take longer than all else. What was removed since is looked at again.
 */
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';

const MOMENT_MS = 60_000;

export class OfferedContents {
  /** Bytes, by sha256. */
  private seen = new Map<string, number>();
  private removals = 0;
  private since = -Infinity;

  /** `now`: milliseconds, monotonic. */
  constructor(
    private readonly blobs: BlobStore,
    private readonly now = (): number => performance.now(),
  ) {}

  /** Those that are not stored. */
  async missing(wanted: readonly string[]): Promise<string[]> {
    const { seen } = this.current();
    return this.blobs.missing(
      wanted.filter((sha256) => !seen.has(sha256)),
      (sha256, size) => seen.set(sha256, size),
    );
  }

  /** Bytes of those that are stored. To be asked last: nothing is kept. */
  async sizes(wanted: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { seen, removals } = this.current();
    const rest = await this.blobs.sizes(wanted.filter((sha256) => !seen.has(sha256)));
    this.since = -Infinity;
    if (removals !== this.blobs.removals) return this.blobs.sizes(wanted);
    return new Map([...seen, ...rest]);
  }

  /** What is seen by somebody who has begun before something was removed is not seen by others. */
  private current(): { readonly seen: Map<string, number>; readonly removals: number } {
    const [now, removals] = [this.now(), this.blobs.removals];
    if (removals !== this.removals || now - this.since > MOMENT_MS) {
      this.seen = new Map();
      [this.removals, this.since] = [removals, now];
    }
    return { seen: this.seen, removals };
  }
}
