/**
 * Tells people: follows the fleet's history while this coordinator leads, and brings each event to each target. How far
 * it has come is in Redis, so that the next leader goes on from there. At least once; a copy has the same id.
 */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { matches, topicOf } from './notice.js';
import { type NoticeLog, type PlacedEvent, type Target, Undeliverable } from './ports.js';

export interface NotifierOptions {
  readonly log: NoticeLog;
  readonly targets: readonly Target[];
  readonly clock: Clock;
  readonly leads: () => boolean;
  /** Told of what could not be delivered: a sentence. */
  readonly warn: (sentence: string) => void;
  readonly times?: Partial<NotifyTimes>;
}

export interface NotifyTimes {
  /** Between two looks at the history. */
  readonly lookMs: number;
  readonly retryMs: number;
  readonly mostRetryMs: number;
  /** Then an event is given up, so that newer ones can be told. */
  readonly giveUpMs: number;
  /** The same again within this time is no news. */
  readonly quietMs: number;
}

const TIMES: NotifyTimes = {
  lookMs: 1_000,
  retryMs: 1_000,
  mostRetryMs: 60_000,
  giveUpMs: 3_600_000,
  quietMs: 300_000,
};
const PAGE = 100;

export class Notifier {
  private readonly times: NotifyTimes;
  private readonly ending = new AbortController();
  private readonly working: Promise<void>[];

  /** Begins at once. */
  constructor(private readonly options: NotifierOptions) {
    this.times = { ...TIMES, ...options.times };
    this.working = options.targets.map((target) => this.serve(target));
  }

  /** Resolves once nothing is being sent any more. */
  async close(): Promise<void> {
    this.ending.abort();
    await Promise.all(this.working);
  }

  /** Each target for itself: a slow one keeps no other waiting. */
  private async serve(target: Target): Promise<void> {
    const recent = new Map<string, number>();
    while (!this.isOver()) {
      const told = this.options.leads() && (await this.round(target, recent));
      if (!told) await this.pause(this.times.lookMs);
    }
  }

  /** True: there may be more. */
  private async round(target: Target, recent: Map<string, number>): Promise<boolean> {
    const { log } = this.options;
    try {
      const from = await log.toldUpTo(target.name);
      if (from === undefined) {
        // Whoever is new hears of what comes, not of what was.
        await log.remember(target.name, await log.newest());
        return false;
      }
      const page = await log.after(from, PAGE);
      for (const placed of page) {
        if (!(await this.tell(target, placed, recent))) return false;
      }
      return page.length === PAGE;
    } catch (error) {
      if (error instanceof OutriderError) return false;
      throw error;
    }
  }

  /** False: this coordinator leads no more, or ends, and has left the event to the next. */
  private async tell(target: Target, { place, event }: PlacedEvent, recent: Map<string, number>): Promise<boolean> {
    const isWanted = event !== undefined && matches(target.events, event.type) && this.isNews(event, recent);
    if (isWanted && !(await this.deliver(target, event))) return false;
    await this.options.log.remember(target.name, place);
    return true;
  }

  private isNews(event: OutriderEvent, recent: Map<string, number>): boolean {
    const now = this.options.clock.monotonic();
    for (const [topic, at] of recent) if (now - at > this.times.quietMs) recent.delete(topic);
    const topic = topicOf(event);
    if (recent.has(topic)) return false;
    recent.set(topic, now);
    return true;
  }

  private async deliver(target: Target, event: OutriderEvent): Promise<boolean> {
    const { clock, leads, warn } = this.options;
    const until = clock.monotonic() + this.times.giveUpMs;
    for (let waitMs = this.times.retryMs; ; waitMs = Math.min(waitMs * 2, this.times.mostRetryMs)) {
      if (this.isOver() || !leads()) return false;
      try {
        await target.send(event);
        return true;
      } catch (error) {
        if (error instanceof Undeliverable || clock.monotonic() + waitMs > until) {
          warn(`${target.name} was not told of ${event.type} (${event.id}): ${messageOf(error)}`);
          return true;
        }
        await this.pause(waitMs);
      }
    }
  }

  private isOver(): boolean {
    return this.ending.signal.aborted;
  }

  private pause(ms: number): Promise<void> {
    const { signal } = this.ending;
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.options.clock.after(ms, done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }
}
