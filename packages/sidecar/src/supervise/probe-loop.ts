/**
 * Asks the checks of one incarnation in their rhythm and watches for beats that do not come. What the answers mean
 * is decided by agent/health.ts; whoever owns the instance is told of each new health.
 */
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { delayOf, isAsked } from '../agent/cadence.js';
import { type NotifyWord, type Observation, PUNCTUAL_MS } from '../agent/check-health.js';
import { type Health, nextBeatDeadline, observe } from '../agent/health.js';
import type { ProbeResult, ProbeTarget, Probes } from './ports.js';

/** After a deadline: what came in while this process could not run is read first. */
const UNREAD_MS = 50;

export interface ProbeLoopParts {
  readonly clock: Clock;
  readonly probes: Probes;
  readonly checks: readonly Healthcheck[];
  /** As it is when the question is asked. */
  readonly target: () => ProbeTarget;
  readonly asked: (check: Healthcheck, result: ProbeResult) => void;
  readonly changed: (health: Health) => void;
}

export class ProbeLoop {
  readonly #parts: ProbeLoopParts;
  readonly #startedAt: number;
  readonly #end = new AbortController();
  /** By check: what cancels its next question. */
  readonly #planned = new Map<number, () => void>();
  readonly #inFlight = new Set<number>();
  readonly #everAsked = new Set<number>();
  #beat: { readonly at: number; readonly cancel: () => void } | undefined;
  #health: Health;

  constructor(parts: ProbeLoopParts, health: Health) {
    this.#parts = parts;
    this.#health = health;
    this.#startedAt = parts.clock.monotonic();
    this.#plan();
  }

  get health(): Health {
    return this.#health;
  }

  /** A message of the agent has come in. */
  heard(beat: { readonly seq?: number; readonly busy?: boolean } = {}): void {
    const { seq, busy } = beat;
    const at = this.#parts.clock.monotonic();
    this.#observe({
      ...{ kind: 'heard', at },
      ...(seq === undefined ? {} : { seq }),
      ...(busy === undefined ? {} : { busy }),
    });
  }

  notified(word: NotifyWord): void {
    this.#observe({ kind: 'notified', at: this.#parts.clock.monotonic(), word });
  }

  stop(): void {
    this.#end.abort();
    for (const cancel of this.#planned.values()) cancel();
    this.#planned.clear();
    this.#beat?.cancel();
  }

  #observe(seen: Observation): void {
    if (this.#end.signal.aborted) return;
    this.#health = observe(this.#health, this.#parts.checks, seen);
    this.#parts.changed(this.#health);
    this.#plan();
  }

  #plan(): void {
    if (this.#end.signal.aborted) return;
    this.#parts.checks.forEach((check, index) => {
      if (!isAsked(this.#health, this.#parts.checks, index)) {
        this.#planned.get(index)?.();
        this.#planned.delete(index);
      } else if (!this.#planned.has(index) && !this.#inFlight.has(index)) {
        const elapsedMs = this.#parts.clock.monotonic() - this.#startedAt;
        const delay = delayOf(this.#health, check, index, elapsedMs, !this.#everAsked.has(index));
        this.#planned.set(
          index,
          this.#parts.clock.after(delay, () => void this.#ask(check, index)),
        );
      }
    });
    this.#planBeat();
  }

  async #ask(check: Healthcheck, index: number): Promise<void> {
    this.#planned.delete(index);
    this.#everAsked.add(index);
    this.#inFlight.add(index);
    const starved = this.#watchOwnLateness(check.timeoutMs);
    const isSlow = this.#watchForSlowness(check.slowMs);
    const result = await this.#parts.probes.ask(check, this.#parts.target(), this.#end.signal);
    this.#inFlight.delete(index);
    const late = starved();
    const slow = isSlow();
    if (this.#end.signal.aborted) return;
    const status = result.status === 'failed' && late ? 'error' : result.status;
    this.#parts.asked(check, { ...result, status });
    const { detail, degraded = false, busy = false } = result;
    this.#observe({ kind: 'asked', check: index, status, detail, degraded, busy, slow });
  }

  /** Slow is what has not come when its time is up; where we look up too late, it may have come before. */
  #watchForSlowness(slowMs: number | undefined): () => boolean {
    if (slowMs === undefined) return () => false;
    const { clock } = this.#parts;
    const due = clock.monotonic() + slowMs;
    let slow = false;
    const cancel = clock.after(slowMs, () => (slow = clock.monotonic() - due <= Math.min(PUNCTUAL_MS, slowMs / 4)));
    return () => {
      cancel();
      return slow;
    };
  }

  /** Whether this process was kept from running while it asked: then a failure may be its own. */
  #watchOwnLateness(timeoutMs: number): () => boolean {
    const { clock } = this.#parts;
    const began = clock.monotonic();
    const tolerance = Math.max(PUNCTUAL_MS, timeoutMs / 4);
    let late = false;
    const cancel = clock.after(timeoutMs / 2, () => (late = clock.monotonic() - began > timeoutMs / 2 + tolerance));
    return () => {
      cancel();
      return late || clock.monotonic() - began > timeoutMs + tolerance;
    };
  }

  #planBeat(): void {
    const at = nextBeatDeadline(this.#health);
    if (at === this.#beat?.at) return;
    this.#beat?.cancel();
    this.#beat = undefined;
    if (at === undefined) return;
    const { clock } = this.#parts;
    const look = (): void => {
      this.#beat = undefined;
      const now = clock.monotonic();
      this.#observe({ kind: 'overdue', at: now, lateMs: Math.max(0, now - at - UNREAD_MS) });
    };
    const read = (): void => {
      this.#beat = { at, cancel: clock.after(UNREAD_MS, look) };
    };
    this.#beat = { at, cancel: clock.after(at - clock.monotonic(), read) };
  }
}
