/**
 * Where an error of an agent goes: each to those who look for errors; the first of its kind in a minute to the
 * fleet's history too, and of one agent no more than a few a minute, so that one that is loud does not push rollouts out
 * of it, whatever words it finds.
 */
import { groupKey } from '@outrider/shared/domain/agent-error.js';
import { Budget } from '@outrider/shared/domain/budget.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';

const EVERY_MS = 60_000;
const MOST_KINDS = 1_000;
/** Of one agent, of any kind. */
const BURST = 10;
const EACH_SECOND = 1 / 60;

export class ErrorHistory {
  /** When the kind was told last; the one that was told longest ago comes first. */
  private readonly told = new Map<string, number>();

  /** By `APP/AGENT`. */
  private readonly budgets = new Map<string, Budget>();

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
    const { app = '', agent = '' } = error;
    const budget = this.budgets.get(`${app}/${agent}`) ?? new Budget(BURST, EACH_SECOND);
    this.budgets.set(`${app}/${agent}`, budget);
    if (!budget.ask(now).told) return;
    this.told.delete(key);
    this.told.set(key, now);
    const [oldest] = this.told.keys();
    if (this.told.size > MOST_KINDS && oldest !== undefined) this.told.delete(oldest);
    this.link.publish(error);
  }
}
