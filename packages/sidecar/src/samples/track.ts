/** One instance as it is sampled: what happened since the last look, and the rows of earlier ones. */
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { type BusKind, BusValues } from './bus-values.js';
import { type Row, Rows, type WrittenRows } from './rows.js';

export interface WrittenTrack {
  readonly agent: string;
  readonly instance: number;
  readonly version: string;
  readonly lineage: string;
  readonly restarts: number;
  readonly kinds: Readonly<Record<string, BusKind>>;
  readonly rows: WrittenRows;
}

/** Replaced, an instance is another one: what its predecessor did is not counted to it. */
export const lineageOf = ({ version, fingerprint }: InstanceStatus): string => `${version}/${fingerprint}`;

export const BUS_PREFIX = 'bus:';

export class Track {
  readonly lineage: string;
  readonly version: string;
  readonly bus = new BusValues();
  incarnation: string;
  /** Counts the processes seen. */
  private ordinal = 0;
  /** Its present process was seen from its beginning. */
  private fresh: boolean;
  private everReady: boolean;
  private down = false;
  private unreadyMs = 0;
  private errors = 0;
  private probes = { seconds: 0, count: 0 };
  private seenAt: number;
  private rowAt: number;

  /** `restarts`: those that were counted already. */
  constructor(
    status: InstanceStatus,
    private now: { readonly at: number; readonly capacity: number },
    public restarts: number,
    fresh: boolean,
    readonly rows: Rows = new Rows(now.capacity),
  ) {
    this.lineage = lineageOf(status);
    this.version = status.version;
    this.incarnation = status.incarnation;
    this.fresh = fresh;
    this.everReady = status.ready;
    this.seenAt = now.at;
    this.rowAt = now.at;
  }

  /** The same instance, its rows begun anew: a switch has begun that may keep it. */
  continued(status: InstanceStatus, at: number): Track {
    const next = new Track(status, { ...this.now, at }, this.restarts, false);
    next.everReady = this.everReady;
    next.ordinal = this.ordinal;
    next.down = this.down;
    return next;
  }

  /** Its status has changed, or it is looked at. */
  see(status: InstanceStatus, at: number): void {
    if (this.down) this.unreadyMs += Math.max(0, at - this.seenAt);
    this.seenAt = at;
    if (status.ready) this.everReady = true;
    // What has ended for good, or by a person, is not missed.
    this.down = this.everReady && !status.ready && status.state !== 'exited';
    if (status.incarnation === this.incarnation) return;
    this.incarnation = status.incarnation;
    this.ordinal += 1;
    this.fresh = true;
    this.bus.restarted();
  }

  failed(): void {
    this.errors += 1;
  }

  probed(seconds: number): void {
    this.probes = { seconds: this.probes.seconds + seconds, count: this.probes.count + 1 };
  }

  /** Ends the row; `memoryBytes` undefined: no process runs. */
  row(status: InstanceStatus, at: number, memoryBytes: number | undefined): void {
    this.see(status, at);
    const span = at - this.rowAt;
    if (span <= 0 || (status.state === 'exited' && status.restarts === this.restarts)) return;
    const row: Row = {
      at,
      span,
      incarnation: this.ordinal,
      restarts: Math.max(0, status.restarts - this.restarts),
      unready_seconds: this.unreadyMs / 1_000,
      errors: this.errors,
      probe_seconds: this.probes.count === 0 ? NaN : this.probes.seconds / this.probes.count,
      memory_bytes: memoryBytes ?? NaN,
    };
    const further = new Map([...this.bus.take(this.fresh)].map(([name, value]) => [`${BUS_PREFIX}${name}`, value]));
    this.rows.add(row, further);
    this.restarts = status.restarts;
    [this.unreadyMs, this.errors, this.rowAt] = [0, 0, at];
    this.probes = { seconds: 0, count: 0 };
  }

  kindOf(name: string): BusKind {
    return name.startsWith(BUS_PREFIX) ? (this.bus.kindOf(name.slice(BUS_PREFIX.length)) ?? 'gauge') : 'gauge';
  }
}
