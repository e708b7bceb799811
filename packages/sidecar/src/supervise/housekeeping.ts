/**
 * Owns when releases are cleared away: once nothing is on its way any more, and some time after the start. Never on the
 * way of a switch, and one time after the other.
 */
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { HostControl } from '../link/ports.js';
import { isAtRest, neededReleases } from './needed-releases.js';
import { Timers } from './host-driver-timers.js';
import type { CleanedReleases, NeededReleases, ReleaseCleaner } from './ports.js';

export interface HousekeepingOptions {
  readonly host: Pick<HostControl, 'status' | 'onChange'>;
  readonly cleaner: ReleaseCleaner;
  readonly clock: Clock;
  readonly onCleaned: (cleaned: CleanedReleases) => void;
  readonly onProblem: (sentence: string) => void;
}

/** Agents come first. */
const AFTER_START_MS = 60_000;
/** After a change that may have made something needless. */
const AFTER_CHANGE_MS = 3_000;
/** Something was in the way. */
const AGAIN_MS = 10 * 60_000;

export class Housekeeping {
  /** What was needed when it was last looked at whether anything can go. */
  private before = '';
  private running = false;
  private due = false;
  private readonly timers: Timers<'change' | 'due'>;
  private unsubscribe: () => void = () => undefined;

  constructor(private readonly options: HousekeepingOptions) {
    this.timers = new Timers(options.clock);
  }

  start(): void {
    this.before = keyOf(neededReleases(this.options.host.status()));
    this.dueIn(AFTER_START_MS);
    this.unsubscribe = this.options.host.onChange(() => this.lookSoon());
  }

  stop(): void {
    this.running = true;
    this.unsubscribe();
    this.timers.stop();
  }

  private dueIn(ms: number): void {
    this.timers.set('due', ms, () => {
      this.due = true;
      void this.look();
    });
  }

  private lookSoon(): void {
    if (!this.timers.has('change') && !this.running) {
      this.timers.set('change', AFTER_CHANGE_MS, () => void this.look());
    }
  }

  private async look(): Promise<void> {
    const { host, cleaner, onCleaned, onProblem } = this.options;
    const status = host.status();
    const needed = neededReleases(status);
    if (this.running || (!this.due && keyOf(needed) === this.before)) return;
    if (!isAtRest(status)) {
      // The change that ends it may be the last one that is told.
      this.lookSoon();
      return;
    }
    [this.running, this.due, this.before] = [true, false, keyOf(needed)];
    try {
      const cleaned = await cleaner.clean(needed);
      onCleaned(cleaned);
      cleaned.problems.forEach((sentence) => onProblem(sentence));
      if (cleaned.problems.length > 0) this.dueIn(AGAIN_MS);
    } catch (error) {
      onProblem(messageOf(error));
      this.dueIn(AGAIN_MS);
    }
    this.running = false;
    // What has changed meanwhile.
    this.lookSoon();
  }
}

const keyOf = (needed: NeededReleases): string => JSON.stringify(needed);
