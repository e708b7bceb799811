/**
 * How long a leader's lease lasts, and how often it is renewed and asked for: milliseconds.
 *
 * A leader that is killed has renewed at most `ttlMs` before the lease is free; whoever waits sees that within `askMs`
 * and decides again after some answers of Redis and of the hosts, whose links it has had all along. That is 3.3 s at
 * the worst on a machine at rest, and leaves more than a second and a half of five for one that is not.
 *
 * A leader that lives loses its lease when nothing of three renewals in a row gets through, or when it is kept from
 * running for two seconds. It stops `marginMs` before Redis lets the lease go: clocks of two machines do not run at
 * quite the same speed. Losing it costs an election, never more.
 */
export interface LeaseTimes {
  readonly ttlMs: number;
  readonly renewMs: number;
  readonly askMs: number;
  readonly marginMs: number;
}

export const LEASE_TIMES: LeaseTimes = { ttlMs: 3_000, renewMs: 750, askMs: 250, marginMs: 150 };
