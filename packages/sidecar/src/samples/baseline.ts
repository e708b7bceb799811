/** What was before the switch that is under way: kept in memory, and in run_dir for the sidecar that comes after this one. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import type { BusKind } from './bus-values.js';
import { Rows } from './rows.js';
import { BUS_PREFIX, type Track, type WrittenTrack } from './track.js';

/** A window that grows no more. */
export interface Before {
  readonly lineage: string;
  /** Restarts that had been counted by then. */
  readonly restarts: number;
  readonly rows: Rows;
  readonly kinds: Readonly<Record<string, BusKind>>;
}

export interface Baseline {
  readonly app: string;
  readonly rollout: string;
  /** By `AGENT.INSTANCE`. */
  readonly tracks: ReadonlyMap<string, Before>;
}

/** Raised when an older sidecar could not understand the file any more. */
const FORMAT = 1;

interface Written {
  readonly format: number;
  readonly bootId: string;
  readonly app: string;
  readonly rollout: string;
  readonly tracks: Readonly<Record<string, Omit<WrittenTrack, 'agent' | 'instance' | 'version'>>>;
}

export function freeze(track: Track): Before {
  const { lineage, restarts, rows } = track;
  const names = rows.names.filter((name) => name.startsWith(BUS_PREFIX));
  return { lineage, restarts, rows, kinds: Object.fromEntries(names.map((name) => [name, track.kindOf(name)])) };
}

export class BaselineFiles {
  /** Counts of a boot that is over say nothing of this one. */
  constructor(
    private readonly folder: string,
    private readonly bootId: string,
    private readonly capacity: number,
  ) {}

  write({ app, rollout, tracks }: Baseline): void {
    const written: Written = {
      ...{ format: FORMAT, bootId: this.bootId, app, rollout },
      tracks: Object.fromEntries([...tracks].map(([key, one]) => [key, { ...one, rows: one.rows.write() }])),
    };
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeAtomically(this.path(app), JSON.stringify(written));
  }

  remove(app: string): void {
    rmSync(this.path(app), { force: true });
  }

  /** What can't be read is gone. */
  readAll(): readonly Baseline[] {
    let names: readonly string[];
    try {
      names = readdirSync(this.folder);
    } catch {
      return [];
    }
    return names.flatMap((name) => {
      const found = this.read(join(this.folder, name));
      if (found === undefined) rmSync(join(this.folder, name), { force: true });
      return found === undefined ? [] : [found];
    });
  }

  private read(path: string): Baseline | undefined {
    try {
      const { format, bootId, app, rollout, tracks } = JSON.parse(readFileSync(path, 'utf8')) as Written;
      if (format !== FORMAT || bootId !== this.bootId || path !== this.path(app)) return undefined;
      const entries = Object.entries(tracks).map(([key, one]): [string, Before] => [
        key,
        { ...one, rows: Rows.read(one.rows, this.capacity) },
      ]);
      return { app, rollout, tracks: new Map(entries) };
    } catch {
      return undefined;
    }
  }

  private path(app: string): string {
    return join(this.folder, `${app}.json`);
  }
}
