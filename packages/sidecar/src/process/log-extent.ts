/**
 * What of a log is still in its file. Places in a log are offsets: bytes that were written to it before, ever; they
 * stay true when its head is freed. Places in the file are positions. Knows nothing of archives, reads no clock.
 */
import { LogGate } from './log-gate.js';
import { LogTimes, type LogSample } from './log-times.js';

/** What the next sidecar needs to know. */
export interface ExtentRecord {
  readonly freed: number;
  readonly start: number;
  readonly torn: boolean;
  readonly samples: readonly LogSample[];
  readonly intent?: FreeIntent;
}

/** The head that is about to be freed because it is in an archive; and how to tell afterwards whether it is and was. */
export interface FreeIntent {
  /** Number of the archive's file. */
  readonly archive: number;
  readonly bytes: number;
  readonly size: number;
  /** Digests of the first block, and of that which will be the first. */
  readonly head: string;
  readonly next: string;
}

export class LogExtent {
  readonly gate = new LogGate();
  readonly times: LogTimes;
  /** Where followers are, in offsets. */
  readonly followers = new Set<{ readonly offset: number }>();
  intent: FreeIntent | undefined;
  /** Somebody is about to free its head: nobody else may, whatever name the log has by then. */
  isBeingShortened = false;
  /** Bytes that were taken out of the head: offset minus position. */
  #freed: number;
  /** Position of the first byte that is left; what is before it was freed in place. */
  #start: number;
  /** What is left begins in the midst of a line. */
  #torn: boolean;
  #collapsing: { readonly bytes: number; readonly size: number } | undefined;

  constructor(
    readonly key: string,
    record: ExtentRecord,
  ) {
    this.#freed = record.freed;
    this.#start = record.start;
    this.#torn = record.torn;
    this.times = new LogTimes(record.samples);
    this.intent = record.intent;
  }

  get start(): number {
    return this.#start;
  }
  get torn(): boolean {
    return this.#torn;
  }
  /** Offset of the first byte that is left. */
  get begin(): number {
    return this.#freed + this.#start;
  }

  /** Whole, for a file that is `size` bytes long; also while its head is being taken out. */
  offsetOf(position: number, size: number): number {
    const { bytes = 0, size: before = 0 } = this.#collapsing ?? {};
    // It only grows otherwise, and by less than a head in the moment that this takes.
    return position + this.#freed + (size < before ? bytes : 0);
  }

  positionOf(offset: number, size: number): number {
    return Math.max(this.#start, offset - this.offsetOf(0, size));
  }

  /** To be called with each size that was seen: somebody may have cut the file. */
  seen(size: number): void {
    if (this.#collapsing !== undefined || size >= this.#start) return;
    this.#start = 0;
    this.#torn = false;
  }

  /** `act` takes the first `bytes` of a file of `size` bytes out of it. */
  async collapse(bytes: number, size: number, torn: boolean, act: () => Promise<void>): Promise<void> {
    this.#collapsing = { bytes, size };
    try {
      await act();
      this.#freed += bytes;
      this.#start = Math.max(0, this.#start - bytes);
      this.#torn = torn;
      this.times.forget(this.begin);
    } finally {
      this.#collapsing = undefined;
    }
  }

  /** The sidecar before us took them out, and was killed before it could note that. */
  wasCollapsed(bytes: number): void {
    this.#freed += bytes;
  }

  punched(bytes: number, torn: boolean): void {
    this.#start = bytes;
    this.#torn = torn;
    this.times.forget(this.begin);
  }

  record(): ExtentRecord {
    const { intent } = this;
    return {
      ...{ freed: this.#freed, start: this.#start, torn: this.#torn, samples: this.times.samples },
      ...(intent === undefined ? {} : { intent }),
    };
  }
}
