/** What one instance has said of its metrics on the bus since the last look. */

export type BusKind = 'counter' | 'gauge';

interface Known {
  readonly kind: BusKind;
  /** Of a counter, the total that was accounted for; absent: none was yet. */
  accounted?: number;
  latest: number;
  heard: boolean;
}

export class BusValues {
  private readonly known = new Map<string, Known>();

  /** False: it would be one name more. */
  set(name: string, value: number, kind: BusKind, mayAdd: () => boolean): boolean {
    const found = this.known.get(name);
    if (found?.kind === kind) {
      found.latest = value;
      found.heard = true;
      return true;
    }
    if (found === undefined && !mayAdd()) return false;
    this.known.set(name, { kind, latest: value, heard: true });
    return true;
  }

  get size(): number {
    return this.known.size;
  }

  kindOf(name: string): BusKind | undefined {
    return this.known.get(name)?.kind;
  }

  /** Counters of a new process begin at zero; gauges are not heard yet. */
  restarted(): void {
    for (const one of this.known.values()) {
      if (one.kind === 'counter') [one.accounted, one.latest] = [0, 0];
      one.heard = false;
    }
  }

  /**
   * What belongs into the next row: of a counter what was added, of a gauge its last value where it was said anew.
   * `fresh`: the process began before our eyes, so that the first total is all its own.
   */
  take(fresh: boolean): Map<string, number> {
    const values = new Map<string, number>();
    for (const [name, one] of this.known) {
      if (one.kind === 'gauge') {
        if (one.heard) values.set(name, one.latest);
      } else {
        const before = one.accounted ?? (fresh ? 0 : one.latest);
        values.set(name, one.latest >= before ? one.latest - before : one.latest);
        one.accounted = one.latest;
      }
      one.heard = false;
    }
    return values;
  }
}
