/**
 * How far a push is, with its rate and the time that is left: one line that is drawn anew on a terminal, a plain line
 * every some seconds elsewhere. Writes to standard error.
 */
import { formatDuration } from '@outrider/shared/domain/duration.js';
import { spokenSize } from '@outrider/shared/domain/size.js';
import { Pace } from './pace.js';

const REDRAW_MS = 100;
const PLAIN_EVERY_MS = 5_000;

/** Where it goes; a terminal, or not. */
export interface ProgressOutput {
  readonly isTTY: boolean;
  readonly write: (text: string) => void;
  /** Milliseconds that never jump. */
  readonly now: () => number;
}

const STANDARD_ERROR: ProgressOutput = {
  isTTY: process.stderr.isTTY,
  write: (text) => void process.stderr.write(text),
  now: () => performance.now(),
};

export class Progress {
  private what = '';
  private done = 0;
  private total = 0;
  private pace = new Pace();
  private saidAt = 0;
  private drawn = false;

  constructor(private readonly output: ProgressOutput = STANDARD_ERROR) {}

  /** Something else begins: `Hashing`, of so many bytes. */
  begin(what: string, total: number): void {
    if (what === this.what) return;
    this.what = what;
    this.total = total;
    this.done = 0;
    this.pace = new Pace();
    this.saidAt = this.output.now();
    this.pace.mark(0, this.saidAt);
  }

  add(bytes: number): void {
    this.done += bytes;
    const now = this.output.now();
    if (now - this.saidAt < (this.output.isTTY ? REDRAW_MS : PLAIN_EVERY_MS)) return;
    this.saidAt = now;
    this.pace.mark(this.done, now);
    this.output.write(this.output.isTTY ? `\r\u001b[K${this.line()}` : `${this.line()}\n`);
    this.drawn = this.output.isTTY;
  }

  end(): void {
    if (this.drawn) this.output.write('\r\u001b[K');
    this.drawn = false;
  }

  private line(): string {
    const rate = this.pace.perSecond();
    const left = this.pace.secondsLeft(this.total - this.done);
    return [
      `${this.what} ${spokenSize(this.done)} of ${spokenSize(this.total)}`,
      ...(rate === undefined ? [] : [`${spokenSize(rate)}/s`]),
      ...(left === undefined || this.done >= this.total ? [] : [`${formatDuration(left * 1_000)} left`]),
    ].join(', ');
  }
}
