/** A clock that moves only when it is told to, for tests that must not depend on speed. */
import type { Clock } from '../runtime/clock.js';

interface Alarm {
  readonly at: number;
  readonly ring: () => void;
}

export class ManualClock implements Clock {
  private elapsed = 0;
  private jumpedMs = 0;
  private asleepMs = 0;
  private readonly alarms = new Set<Alarm>();

  /** `startedAt` in epoch milliseconds. */
  constructor(private readonly startedAt = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.startedAt + this.elapsed + this.asleepMs + this.jumpedMs;
  }

  monotonic(): number {
    return this.elapsed;
  }

  sinceBoot(): number {
    return this.elapsed + this.asleepMs;
  }

  after(ms: number, callback: () => void): () => void {
    const alarm = { at: this.elapsed + Math.max(0, ms), ring: callback };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  /** Moves on alarm by alarm; what each sets off is let finish before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.elapsed + ms;
    for (let next = this.next(until); next !== undefined; next = this.next(until)) {
      this.elapsed = Math.max(this.elapsed, next.at);
      this.alarms.delete(next);
      next.ring();
      await settled();
    }
    this.elapsed = until;
    await settled();
  }

  /** Nothing rings before all of that time is over: what a process sees that was kept from running. */
  async oversleep(ms: number): Promise<void> {
    this.elapsed += ms;
    await this.advance(0);
  }

  /** Somebody sets the wall clock, forward or back; no time passes. */
  jump(ms: number): void {
    this.jumpedMs += ms;
  }

  /** The machine is suspended for so long: no timer runs meanwhile. */
  suspend(ms: number): void {
    this.asleepMs += ms;
  }

  private next(until: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.alarms) if (alarm.at <= until && alarm.at < (first?.at ?? Infinity)) first = alarm;
    return first;
  }
}

/** Promises that wait for nothing but each other have all been kept by then. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
