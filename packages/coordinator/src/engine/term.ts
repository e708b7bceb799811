/** One reign: a lease, until it is lost. Whatever wants to decide or command asks it first. */
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import type { Fleet, Lease } from './ports.js';

export class Term {
  private readonly ending = new AbortController();
  private readonly bindings = new Map<string, Promise<HostStatus>>();
  private readonly bound = new Set<string>();

  /** `validUntil` (monotonic) counts from when the lease was asked for, and ends before it does; `abdicate` is called when a host obeys somebody else, or where the leader itself gives up. */
  constructor(
    readonly lease: Lease,
    private readonly fleet: Fleet,
    private readonly clock: Pick<Clock, 'monotonic'>,
    private validUntil: number,
    private readonly abdicate: (reason: string) => void,
  ) {}

  /** Aborted once it is over. */
  get ended(): AbortSignal {
    return this.ending.signal;
  }

  isLive(): boolean {
    return !this.ending.signal.aborted && this.clock.monotonic() < this.validUntil;
  }

  /** Milliseconds until it is over unless it is prolonged. */
  remainingMs(): number {
    return Math.max(0, this.validUntil - this.clock.monotonic());
  }

  /** The lease was renewed. An answer that comes late counts from when it was asked for, like any other. */
  prolong(validUntil: number): void {
    this.validUntil = Math.max(this.validUntil, validUntil);
  }

  end(): void {
    this.ending.abort();
  }

  /** What this leader stands on is gone: another term begins by looking at everything anew. */
  giveUp(reason: string): void {
    this.abdicate(reason);
  }

  isBound(host: string): boolean {
    return this.bound.has(host);
  }

  /** The host is silent or has started anew: what it has bound is asked again before it is trusted. */
  unbind(host: string): void {
    this.bound.delete(host);
    this.bindings.delete(host);
  }

  /**
   * Makes the host refuse everybody else from now on. Its answer is the first that no older leader can
   * change any more. Rejects with the command's `OutriderError`; a refusal ends the term.
   */
  bind(host: string): Promise<HostStatus> {
    const known = this.bindings.get(host);
    if (known !== undefined) return known;
    const binding = this.bindNow(host);
    this.bindings.set(host, binding);
    binding.then(
      () => this.bound.add(host),
      () => this.bindings.delete(host),
    );
    return binding;
  }

  /** A host may say of itself that it has a newer leader. */
  checkEpoch(status: HostStatus): void {
    const { epoch, holder } = this.lease;
    const other = status.epoch > epoch || (status.epoch === epoch && status.epochHolder !== holder);
    if (other && status.epochHolder !== '') {
      this.abdicate(`${status.host} obeys ${status.epochHolder} with epoch ${status.epoch}`);
    }
  }

  private async bindNow(host: string): Promise<HostStatus> {
    const { epoch, holder } = this.lease;
    try {
      const status = await this.fleet.commands(host).bindEpoch(epoch, holder);
      if (!this.isLive()) throw new OutriderError('unavailable', 'The lease was lost meanwhile.');
      return status;
    } catch (error) {
      if (error instanceof OutriderError && error.code === 'refused') {
        this.abdicate(`${host} refused epoch ${epoch}: ${messageOf(error)}`);
      }
      throw error;
    }
  }
}
