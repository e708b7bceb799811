/**
 * Where an error of an agent goes: each to those who look for errors; the first of its kind in a minute to the
 * fleet's history too, so that one loud agent does not push rollouts out of it.
 */
import { groupKey } from '@outrider/shared/domain/agent-error.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';

const EVERY_MS = 60_000;
const MOST_KINDS = 1_000;

export class ErrorHistory {
  /** When the kind was told last; the one that was told longest ago comes first. */
  private readonly told = new Map<string, number>();

  constructor(
    private readonly link: { publish(event: OutriderEvent): void; report(error: OutriderEvent): void },
    private readonly monotonic: () => number,
  ) {}

  add(error: OutriderEvent): void {
    this.link.report(error);
    const key = groupKey(error);
    const now = this.monotonic();
    const last = this.told.get(key);
    if (last !== undefined && now - last < EVERY_MS) return;
    this.told.delete(key);
    this.told.set(key, now);
    const [oldest] = this.told.keys();
    if (this.told.size > MOST_KINDS && oldest !== undefined) this.told.delete(oldest);
    this.link.publish(error);
  }
}
