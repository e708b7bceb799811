/** Brings effects to their hosts: again and again until the host has them, or another effect takes their place. */
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { type ErrorCode, messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { Boundary } from './boundary.js';
import { isOutOfReach } from './out-of-reach.js';
import type { Effect, Fleet, RolloutStore } from './ports.js';
import type { Term } from './term.js';

export interface DeliveryOptions {
  readonly fleet: Fleet;
  readonly store: Pick<RolloutStore, 'acknowledge'>;
  readonly clock: Clock;
  readonly boundary: Boundary;
  /** Gives the command itself. */
  readonly perform: (effect: Effect, term: Term) => Promise<void>;
  readonly refused: (effect: Effect, reason: string) => void;
}

/** Waits between attempts, in milliseconds. */
const RETRY_MS = { first: 50, most: 1_000 };
/** Answers that will not change by asking again. */
const FINAL: readonly ErrorCode[] = ['refused', 'invalid', 'not_found'];
/** Any other answer counts as a refusal after so many. */
const ATTEMPTS = 10;

export class Deliveries {
  private readonly current = new Map<string, AbortController>();

  constructor(private readonly options: DeliveryOptions) {}

  deliver(effect: Effect, term: Term): void {
    const place = `${effect.host}/${effect.app}`;
    this.current.get(place)?.abort();
    const replaced = new AbortController();
    this.current.set(place, replaced);
    const over = AbortSignal.any([replaced.signal, term.ended]);
    void this.run(effect, term, over).finally(() => {
      if (this.current.get(place) === replaced) this.current.delete(place);
    });
  }

  /** Forgets what is under way for a rollout that has ended. */
  drop(host: string, app: string): void {
    this.current.get(`${host}/${app}`)?.abort();
  }

  private async run(effect: Effect, term: Term, over: AbortSignal): Promise<void> {
    let waitMs = RETRY_MS.first;
    for (let attempt = 1; !over.aborted && term.isLive(); attempt++) {
      const result = await this.attempt(effect, term, over);
      if (result === 'done' || isOver(over)) return;
      if (result !== 'unreachable' && (result.final || attempt >= ATTEMPTS)) {
        if (!term.isLive()) return;
        await this.acknowledge(effect, term);
        this.options.refused(effect, result.reason);
        return;
      }
      await this.pause(waitMs, over);
      waitMs = Math.min(waitMs * 2, RETRY_MS.most);
    }
  }

  private async attempt(
    effect: Effect,
    term: Term,
    over: AbortSignal,
  ): Promise<'done' | 'unreachable' | { readonly final: boolean; readonly reason: string }> {
    const { boundary, perform, fleet } = this.options;
    try {
      const host = fleet.host(effect.host);
      if (host !== undefined && isOutOfReach(host)) return 'unreachable';
      // Who had the effect before this leader was elected says so now: it is not given again, since the
      // host may have failed and gone back meanwhile.
      const known = await term.bind(effect.host);
      if (!hasSeen(known, effect)) {
        await boundary('perform.before');
        if (isOver(over) || !term.isLive()) return 'done';
        await perform(effect, term);
        await boundary('perform.after');
      }
      await this.acknowledge(effect, term);
      return 'done';
    } catch (error) {
      const code = error instanceof OutriderError ? error.code : 'internal';
      if (code === 'unavailable' || code === 'timeout') return 'unreachable';
      return { final: FINAL.includes(code), reason: messageOf(error) };
    }
  }

  /** Where Redis is away the effect stays there, and the next leader finds that the host has it. */
  private async acknowledge(effect: Effect, term: Term): Promise<void> {
    const { boundary, store } = this.options;
    await boundary('ack.before');
    await store.acknowledge(term.lease, effect).catch(() => undefined);
    await boundary('ack.after');
  }

  private pause(ms: number, over: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        over.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.options.clock.after(ms, done);
      over.addEventListener('abort', done, { once: true });
    });
  }
}

/** Asked after a wait: what it says may have changed. */
const isOver = (signal: AbortSignal): boolean => signal.aborted;

function hasSeen(status: HostStatus, { app, fence }: Effect): boolean {
  const seen = status.apps.find((candidate) => candidate.app === app)?.fence;
  return seen?.rollout === fence.rollout && seen.step >= fence.step;
}
