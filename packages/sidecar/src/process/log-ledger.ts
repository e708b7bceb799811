/**
 * Remembers of each log what its file does not say: how much of its head was freed, and when it was how long. Kept by
 * file, not by name, in run_dir: names are passed on. Never touches a log.
 */
import { fstatSync, readdirSync, readFileSync, rmSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import { firstData } from './libc/files.js';
import { type ExtentRecord, LogExtent } from './log-extent.js';
import type { LogSample } from './log-times.js';

const SUFFIX = '.json';

export interface LogLedgerOptions {
  /** Where it is kept. */
  readonly folder: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export class LogLedger {
  readonly #options: LogLedgerOptions;
  readonly #extents = new Map<string, LogExtent>();
  readonly #changed = new Set<LogExtent>();

  constructor(options: LogLedgerOptions) {
    this.#options = options;
  }

  /** Of an open log. */
  of(fd: number): LogExtent {
    const stats = fstatSync(fd);
    const known = this.#extents.get(keyOf(stats));
    const extent = known ?? this.#load(fd, stats);
    extent.seen(stats.size);
    return extent;
  }

  known(stats: Stats): LogExtent | undefined {
    return this.#extents.get(keyOf(stats));
  }

  /** To be called again and again for each log. */
  look(extent: LogExtent, size: number): void {
    extent.seen(size);
    if (extent.times.note(this.#options.now(), extent.offsetOf(size, size))) this.#changed.add(extent);
  }

  /** Written now: the next sidecar must not go without. Throws what the file system throws. */
  save(extent: LogExtent): void {
    this.#changed.delete(extent);
    writeAtomically(this.#fileOf(extent.key), JSON.stringify(extent.record()));
  }

  /** So much of what has changed, whatever waits longest first. */
  saveSome(part = 1): void {
    const now = [...this.#changed].slice(0, Math.ceil(this.#changed.size * part));
    for (const extent of now) this.save(extent);
  }

  /** Those that are no more. */
  keep(alive: ReadonlySet<LogExtent>): void {
    for (const [key, extent] of this.#extents) if (!alive.has(extent)) this.#extents.delete(key);
    for (const extent of this.#changed) if (!alive.has(extent)) this.#changed.delete(extent);
    for (const name of namesIn(this.#options.folder)) {
      if (!this.#extents.has(name.slice(0, -SUFFIX.length))) rmSync(join(this.#options.folder, name), { force: true });
    }
  }

  #fileOf(key: string): string {
    return join(this.#options.folder, `${key}${SUFFIX}`);
  }

  #load(fd: number, stats: Stats): LogExtent {
    const key = keyOf(stats);
    const record = readExtent(this.#fileOf(key));
    // Freed in place by a sidecar whose notes are lost: the file shows it.
    const start = stats.blocks * 512 < stats.size ? (firstData(fd) ?? 0) : 0;
    const extent = new LogExtent(key, {
      freed: record?.freed ?? 0,
      start: Math.max(record?.start ?? 0, start),
      torn: record?.torn ?? start > 0,
      samples: record?.samples ?? firstSample(stats),
      ...(record?.intent === undefined ? {} : { intent: record.intent }),
    });
    this.#extents.set(key, extent);
    return extent;
  }
}

/** Names pass from file to file, and numbers of files are given again. */
const keyOf = ({ dev, ino, birthtimeMs }: Stats): string => `${dev}-${ino}-${Math.floor(birthtimeMs * 1_000)}`;

const firstSample = ({ birthtimeMs }: Stats): readonly LogSample[] => (birthtimeMs > 0 ? [[birthtimeMs, 0]] : []);

function readExtent(file: string): ExtentRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ExtentRecord;
  } catch {
    return undefined; // the first sidecar that sees this log, or a file that was cut short
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(SUFFIX));
  } catch {
    return [];
  }
}
