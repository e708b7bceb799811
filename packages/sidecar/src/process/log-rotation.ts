/**
 * Keeps the logs of agents within their bounds: looks at each once a second, more often while one grows fast, and
 * shortens one after the other. Owns when; what is done to one is in rotated-log.ts. No byte of a log passes through.
 */
import { closeSync, openSync, readdirSync, statSync, type Stats } from 'node:fs';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { hasGzip } from './log-copier.js';
import { removeHalfWritten } from './log-archives.js';
import type { LogExtent } from './log-extent.js';
import { CannotFreeError, type FreeHow } from './log-freeing.js';
import type { LogLedger } from './log-ledger.js';
import { type LogLimits, RotatedLog, type RotationStep } from './rotated-log.js';

export type { LogLimits } from './rotated-log.js';

const QUIET_MS = 1_000;
const BUSY_MS = 100;
/** A log that will be long within this time is looked at more often. */
const SOON_MS = 2_000;
/** What the next sidecar should know of times is written a part at a time: all of it within ten seconds or so. */
const SAVED_PART = 0.1;
/** The same trouble is told again after this long. */
const TELL_AGAIN_MS = 600_000;

export interface LogRotationOptions {
  /** Every `*.log` in it. */
  readonly folder: string;
  readonly limits: LogLimits;
  readonly ledger: LogLedger;
  /** Told, in a sentence, of what cannot be done. */
  readonly warn: (sentence: string) => void;
  /** Milliseconds that only go on. */
  readonly monotonic: () => number;
  /** Default: `collapse`, and where a file system cannot do that, `punch`. */
  readonly how?: FreeHow;
  /** For tests: told of each step that was made. */
  readonly step?: (name: RotationStep) => void;
}

export class LogRotation {
  readonly #options: LogRotationOptions;
  readonly #limits: LogLimits;
  readonly #logs = new Map<string, Seen>();
  readonly #told = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #lookedAt: number;
  #shortening: Promise<void> | undefined;
  readonly #relieving = new Set<Promise<void>>();
  readonly #hopeless = new WeakSet<LogExtent>();
  #ended = false;

  constructor(options: LogRotationOptions) {
    this.#options = options;
    this.#lookedAt = options.monotonic();
    const canCompress = !options.limits.compress || hasGzip();
    if (!canCompress) options.warn('There is no gzip in PATH: archives of logs are not compressed.');
    this.#limits = { ...options.limits, compress: options.limits.compress && canCompress };
  }

  start(): void {
    removeHalfWritten(this.#options.folder);
    this.#tick();
  }

  /** Nothing is being done any more when this resolves. */
  async stop(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    for (const { log } of this.#logs.values()) log.giveUp();
    await this.#shortening;
    await Promise.all(this.#relieving);
    this.#guarded('The times of logs', () => {
      this.#options.ledger.saveSome();
    });
  }

  #tick(): void {
    const hurry = this.#guarded('The logs of agents', () => this.#look()) ?? false;
    if (!this.#ended) this.#timer = setTimeout(() => this.#tick(), hurry ? BUSY_MS : QUIET_MS).unref();
  }

  /** Whether any of them grows fast. */
  #look(): boolean {
    const { ledger, monotonic } = this.#options;
    const now = monotonic();
    const sinceMs = Math.max(1, now - this.#lookedAt);
    this.#lookedAt = now;
    const before = new Map(this.#logs);
    this.#logs.clear();
    let hurry = false;
    for (const path of logsIn(this.#options.folder)) {
      hurry = this.#guarded(path, () => this.#lookAt(path, before.get(path), sinceMs)) === true || hurry;
    }
    ledger.keep(new Set([...this.#logs.values()].map(({ log }) => log.extent)));
    ledger.saveSome(SAVED_PART);
    this.#shortening ??= this.#shortenAll().finally(() => (this.#shortening = undefined));
    return hurry;
  }

  /** Whether it grows fast. */
  #lookAt(path: string, before: Seen | undefined, sinceMs: number): boolean {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats?.isFile() !== true) return false;
    const { size } = stats;
    const seen = this.#see(path, stats, before);
    this.#options.ledger.look(seen.log.extent, size);
    this.#logs.set(path, { log: seen.log, size });
    if (this.#hopeless.has(seen.log.extent)) return false;
    if (seen.log.isFlooded(size)) this.#relieve(seen.log);
    const growth = seen.size === undefined ? 0 : ((size - seen.size) / sinceMs) * SOON_MS;
    return seen.log.isLong(size + growth);
  }

  #see(path: string, stats: Stats, before: Seen | undefined): Partial<Seen> & Pick<Seen, 'log'> {
    const { ledger, how = 'collapse', step } = this.#options;
    const extent = ledger.known(stats);
    if (extent !== undefined && extent === before?.log.extent) return before;
    const fd = openSync(path, 'r');
    try {
      const options = { limits: this.#limits, ledger, how, ...(step === undefined ? {} : { step }) };
      return { log: new RotatedLog(path, ledger.of(fd), options) };
    } finally {
      closeSync(fd);
    }
  }

  /** It does not wait for its turn, and an archive of it that is being written is given up. */
  #relieve(log: RotatedLog): void {
    log.giveUp();
    const over = this.#shorten(log).finally(() => this.#relieving.delete(over));
    this.#relieving.add(over);
  }

  /** One step for each that is too long; whoever still is gets its next one when it is looked at again. */
  async #shortenAll(): Promise<void> {
    for (const { log, size } of [...this.#logs.values()]) {
      if (this.#ended) return;
      if (log.isLong(size) || log.extent.intent !== undefined) await this.#shorten(log);
    }
  }

  async #shorten(log: RotatedLog): Promise<void> {
    if (this.#hopeless.has(log.extent)) return;
    try {
      if (log.extent.intent !== undefined) await log.finish();
      this.#tell(log.path, await log.shorten());
    } catch (error) {
      if (error instanceof CannotFreeError) this.#hopeless.add(log.extent);
      this.#tell(log.path, `${log.path} could not be shortened: ${messageOf(error)}`);
    }
  }

  #guarded<T>(what: string, act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.#tell(what, `${what} could not be looked after: ${messageOf(error)}`);
      return undefined;
    }
  }

  #tell(what: string, sentence: string | undefined): void {
    const now = this.#options.monotonic();
    if (sentence === undefined || this.#ended || now - (this.#told.get(what) ?? -Infinity) < TELL_AGAIN_MS) return;
    this.#told.set(what, now);
    this.#options.warn(sentence);
  }
}

interface Seen {
  readonly log: RotatedLog;
  readonly size: number;
}

function logsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.log') && !name.startsWith('.'))
      .map((name) => `${folder}/${name}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
