/** What is still to be fetched, whom it is asked of next, and what is under way. Knows no wire, no disk and no clock. */
import { routeOf, type Sources } from './route.js';

/** What one source is asked for at once. */
export interface Batch {
  readonly source: string;
  readonly wanted: readonly string[];
}

/**
 * How a source's answer ended. `all`: it sent what it had; `again`: not by its fault, it is asked once more; `failed`: it is
 * left alone until the next round; `lied`: it is never asked again.
 */
export type Outcome = 'all' | 'again' | 'failed' | 'lied';

export interface BoardLimits {
  /** Of one batch. */
  readonly contents: number;
  readonly bytes: number;
  /** Batches under way at once: of a coordinator, of a host, and of all hosts together. */
  readonly ofCoordinator: number;
  readonly ofHost: number;
  readonly ofHosts: number;
}

export const BOARD_LIMITS: BoardLimits = {
  contents: 2_000,
  bytes: 64 * 1024 * 1024,
  ofCoordinator: 2,
  ofHost: 1,
  ofHosts: 4,
};

export class FetchBoard {
  /** Bytes by sha256, in the order of the digests: hosts that wait for each other go the same way through them. */
  private readonly left: Map<string, number>;
  /** By source, what it is asked for when its turn comes. */
  private queues = new Map<string, string[]>();
  private readonly underWay = new Map<string, number>();
  private readonly liars = new Set<string>();
  private readonly failed = new Set<string>();
  /** What a source did not have, as `SOURCE SHA256`. */
  private readonly without = new Set<string>();
  private readonly coordinators: ReadonlySet<string>;

  constructor(
    wanted: ReadonlyMap<string, number>,
    private readonly sources: Sources,
    private readonly limits: BoardLimits = BOARD_LIMITS,
  ) {
    this.left = new Map([...wanted].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.coordinators = new Set(sources.coordinators);
    this.route(this.left.keys());
  }

  /** How many contents have not arrived. */
  get size(): number {
    return this.left.size;
  }

  /** Bytes of a content that has not arrived. */
  sizeOf(sha256: string): number | undefined {
    return this.left.get(sha256);
  }

  arrived(sha256: string): void {
    this.left.delete(sha256);
  }

  /** Undefined: nothing more can be asked for now. The batch has to be ended. */
  next(): Batch | undefined {
    for (const [source, queue] of this.queues) {
      if (!this.hasRoom(source)) continue;
      const wanted = this.take(queue);
      if (queue.length === 0) this.queues.delete(source);
      if (wanted.length === 0) continue;
      this.underWay.set(source, (this.underWay.get(source) ?? 0) + 1);
      return { source, wanted };
    }
    return undefined;
  }

  end({ source, wanted }: Batch, outcome: Outcome): void {
    const count = (this.underWay.get(source) ?? 1) - 1;
    if (count === 0) this.underWay.delete(source);
    else this.underWay.set(source, count);
    const missed = wanted.filter((sha256) => this.left.has(sha256));
    if (outcome === 'all') for (const sha256 of missed) this.without.add(`${source} ${sha256}`);
    if (outcome === 'failed') this.failed.add(source);
    if (outcome === 'lied') this.liars.add(source);
    const queued = this.isOut(source) ? (this.queues.get(source) ?? []) : [];
    if (queued.length > 0) this.queues.delete(source);
    this.route([...missed, ...queued]);
  }

  /** Another round: who failed may have recovered, and who had nothing may have it by now. Liars stay out. */
  retry(): void {
    this.failed.clear();
    this.without.clear();
    this.queues = new Map();
    this.route(this.left.keys());
  }

  private hasRoom(source: string): boolean {
    const own = this.underWay.get(source) ?? 0;
    if (this.coordinators.has(source)) return own < this.limits.ofCoordinator;
    let ofHosts = 0;
    for (const [other, count] of this.underWay) if (!this.coordinators.has(other)) ofHosts += count;
    return own < this.limits.ofHost && ofHosts < this.limits.ofHosts;
  }

  /** At least one, however large. */
  private take(queue: string[]): readonly string[] {
    const wanted: string[] = [];
    let [bytes, taken] = [0, 0];
    for (const sha256 of queue) {
      const size = this.left.get(sha256);
      const isFull = wanted.length >= this.limits.contents || bytes + (size ?? 0) > this.limits.bytes;
      if (size !== undefined && isFull && wanted.length > 0) break;
      taken += 1;
      if (size === undefined) continue;
      wanted.push(sha256);
      bytes += size;
    }
    queue.splice(0, taken);
    return wanted;
  }

  private route(digests: Iterable<string>): void {
    for (const sha256 of digests) {
      const source = routeOf(sha256, this.sources).find(
        (one) => !this.isOut(one) && !this.without.has(`${one} ${sha256}`),
      );
      if (source === undefined) continue;
      const queue = this.queues.get(source);
      if (queue === undefined) this.queues.set(source, [sha256]);
      else queue.push(sha256);
    }
  }

  private isOut(source: string): boolean {
    return this.failed.has(source) || this.liars.has(source);
  }
}
