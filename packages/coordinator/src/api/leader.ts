/**
 * Finds who leads, here or elsewhere, and has a call carried out there: by one hop, never more. Waits a little where
 * nobody leads, as in the seconds after a leader has died.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { Rollouts } from './ports.js';

export interface LeaderOptions {
  readonly leadership: Rollouts['leadership'];
  readonly clock: Pick<Clock, 'monotonic'>;
  /** `HOST:PORT` of our own gRPC, as others reach it. A lease that names it and is not ours is that of a dead process. */
  readonly own: () => string | undefined;
  /** With the fleet's token: the caller's may be known to us alone. */
  readonly connect: (endpoint: string) => CoordinatorRemote;
  readonly readOnly: boolean;
  /** How long a call waits for a leader to be there. */
  readonly patienceMs?: number;
}

export interface LeaderCall {
  /** A coordinator has handed it on: it ends here. */
  readonly isForwarded: boolean;
  readonly signal?: AbortSignal;
  /** Milliseconds until the caller gives up; absent: it does not. */
  readonly leftMs?: number;
  /** False for what can't be sent twice. */
  readonly again?: boolean;
}

const PATIENCE_MS = 12_000;
/** Of the time that a caller has left; the rest is for the answer to arrive in. */
const SHARE = 0.8;
const LOOK_AGAIN_MS = 100;

export class Leader {
  private remote: CoordinatorRemote | undefined;

  constructor(private readonly options: LeaderOptions) {}

  /**
   * `here` where this process leads, else `there` at the leader. Whatever says `unavailable` is tried again for a
   * while, so both must be harmless when they are done twice, unless `again` is false.
   */
  async carryOut<T>(
    call: LeaderCall,
    here: () => Promise<T>,
    there: (remote: CoordinatorRemote, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    this.refuseIfReadOnly();
    const { clock, patienceMs = PATIENCE_MS } = this.options;
    const until = clock.monotonic() + Math.min(patienceMs, (call.leftMs ?? Infinity) * SHARE);
    for (;;) {
      const place = this.place();
      if (place === 'here') return here();
      const isOver = clock.monotonic() >= until || call.signal?.aborted === true;
      if (place !== undefined && call.isForwarded) throw this.notHere();
      if (place === undefined && isOver) throw this.nobody();
      if (place !== undefined) {
        try {
          return await this.whileItLeads(place, call.signal, there);
        } catch (error) {
          const isPassing = error instanceof OutriderError && error.code === 'unavailable';
          if (!isPassing || isOver || call.again === false) throw error;
        }
      }
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** @throws OutriderError('refused') */
  refuseIfReadOnly(): void {
    if (!this.options.readOnly) return;
    const { leader, endpoint } = this.options.leadership();
    const other = leader === '' ? 'another coordinator' : `${leader}${endpoint === undefined ? '' : ` at ${endpoint}`}`;
    throw new OutriderError('refused', `This coordinator is read-only and changes nothing. Ask ${other}.`);
  }

  close(): void {
    this.remote?.close();
    this.remote = undefined;
  }

  /** `here`, or an endpoint. Undefined: nobody that can be asked now. */
  private place(): string | undefined {
    const { isLeader, endpoint } = this.options.leadership();
    if (isLeader) return 'here';
    return endpoint === this.options.own() ? undefined : endpoint;
  }

  /** One that hangs is not waited for once another has its lease. */
  private async whileItLeads<T>(
    endpoint: string,
    caller: AbortSignal | undefined,
    there: (remote: CoordinatorRemote, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const overtaken = new AbortController();
    const watch = setInterval(() => {
      if (this.place() !== endpoint) overtaken.abort();
    }, LOOK_AGAIN_MS);
    const signals = caller === undefined ? [overtaken.signal] : [overtaken.signal, caller];
    try {
      return await there(this.remoteAt(endpoint), AbortSignal.any(signals));
    } finally {
      clearInterval(watch);
    }
  }

  private remoteAt(endpoint: string): CoordinatorRemote {
    if (this.remote?.endpoint === endpoint) return this.remote;
    this.close();
    this.remote = this.options.connect(endpoint);
    return this.remote;
  }

  private notHere(): OutriderError {
    return new OutriderError('unavailable', `this coordinator does not lead; ${this.options.leadership().leader} does`);
  }

  private nobody(): OutriderError {
    const { redis, leader, endpoint } = this.options.leadership();
    if (redis === 'down') return new OutriderError('unavailable', 'Redis is away, so nothing new is decided now.');
    const isElsewhere = leader !== '' && endpoint === undefined;
    return new OutriderError(
      'unavailable',
      isElsewhere
        ? `${leader} leads and has not said where it is reached. Ask it yourself with --endpoint.`
        : 'No coordinator leads now, so nothing is decided. Try again in some seconds.',
    );
  }
}
