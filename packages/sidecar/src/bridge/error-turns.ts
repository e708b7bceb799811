/** The budgets of all agents of a host. What was not kept is said with the next error that is, or after a while. */
import { Budget } from '@outrider/shared/domain/budget.js';
import type { BusSpeaker } from './bus.js';

const SAID_AFTER_MS = 10_000;

export class ErrorTurns {
  /** By `APP/AGENT`: replicas and restarts of an agent have no more than it has. */
  private readonly budgets = new Map<string, Budget>();
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly monotonic: () => number,
    private readonly untold: (speaker: BusSpeaker, count: number) => void,
    private readonly afterMs = SAID_AFTER_MS,
  ) {}

  ask(speaker: BusSpeaker): { readonly told: boolean; readonly untold: number } {
    const key = `${speaker.app}/${speaker.agent}`;
    const budget = this.budgets.get(key) ?? new Budget();
    this.budgets.set(key, budget);
    const answer = budget.ask(this.monotonic());
    if (!answer.told && !this.waiting.has(key)) {
      const say = (): void => {
        this.waiting.delete(key);
        const count = budget.takeUntold();
        if (count > 0) this.untold(speaker, count);
      };
      this.waiting.set(key, setTimeout(say, this.afterMs).unref());
    }
    return answer;
  }

  close(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }
}
