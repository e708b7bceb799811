import { describe, expect, it } from 'vitest';
import { ManualClock, settled } from '@outrider/shared/testing/manual-clock.js';
import { MemoryStore } from '../store/memory-store.js';
import type { LeaseTimes } from './lease-times.js';
import { Leadership, type LeadershipOptions } from './leadership.js';
import type { Fleet, LeaseStore } from './ports.js';
import type { Term } from './term.js';

const TIMES: LeaseTimes = { ttlMs: 6_000, renewMs: 2_000, askMs: 500, marginMs: 100 };
const VALID_MS = TIMES.ttlMs - TIMES.marginMs;
const nobody: Fleet = {
  hosts: () => [],
  host: () => undefined,
  onChange: () => () => undefined,
  commands: () => {
    throw new Error('There are no hosts here.');
  },
};

const storeOf = (clock: ManualClock): LeaseStore =>
  new MemoryStore(
    () => clock.monotonic(),
    () => undefined,
  );

function leadershipOf(
  clock: ManualClock,
  store: LeaseStore,
  onElected: (term: Term) => void,
  patch: Partial<LeadershipOptions> = {},
): Leadership {
  return new Leadership({
    ...{ store, fleet: nobody, clock, holder: 'me', times: TIMES, onElected },
    onLost: () => undefined,
    ...patch,
  });
}

/** Takes the lease at once, and says so after a while. */
function slow(clock: ManualClock, ms: number): LeaseStore {
  const store = storeOf(clock);
  return {
    acquire: async (...asked) => {
      const lease = await store.acquire(...asked);
      await new Promise<void>((resolve) => clock.after(ms, resolve));
      return lease;
    },
    renew: (...asked) => store.renew(...asked),
    release: (lease) => store.release(lease),
    current: () => store.current(),
  };
}

describe('a leader', () => {
  it('counts its lease from when it asked for it', async () => {
    const clock = new ManualClock();
    const terms: Term[] = [];
    const lead = leadershipOf(clock, slow(clock, 1_500), (term) => terms.push(term), {
      times: { ...TIMES, renewMs: 60_000 },
    });
    const started = lead.start();
    await settled();
    await clock.advance(1_500);
    await started;
    await clock.advance(VALID_MS - 1_501);
    expect(terms.map((term) => term.isLive())).toEqual([true]);
    await clock.advance(1);
    expect(terms.map((term) => term.isLive())).toEqual([false]);
    await lead.close();
  });

  it('stops before its lease does, though Redis never says so, and lives on by a renewal that came late', async () => {
    const clock = new ManualClock();
    const silent: ((isOurs: boolean) => void)[] = [];
    const store: LeaseStore = {
      ...{ acquire: async (holder) => ({ holder, epoch: 1 }), release: async () => undefined },
      ...{ renew: () => new Promise((answer) => silent.push(answer)), current: async () => undefined },
    };
    const lost: number[] = [];
    const lead = leadershipOf(clock, store, () => undefined, { onLost: () => lost.push(clock.monotonic()) });
    await lead.start();
    await clock.advance(TIMES.ttlMs - 1_000);
    expect(silent.length).toBeGreaterThan(1);
    silent[0]?.(true);
    await settled();
    await clock.advance(1_500);
    expect(lead.view()).toMatchObject({ isLeader: true, leader: 'me' });
    await clock.advance(TIMES.ttlMs);
    expect(lost[0]).toBe(TIMES.renewMs + VALID_MS);
    const closed = lead.close();
    await clock.advance(TIMES.renewMs);
    await closed;
  });

  it('tells where it is reached; who only looks on sees that and never leads', async () => {
    const clock = new ManualClock();
    const store = storeOf(clock);
    const never = (): void => expect.unreachable();
    const onlooker = leadershipOf(clock, store, never, { holder: 'onlooker', neverLeads: true });
    await onlooker.start();
    await clock.advance(TIMES.ttlMs);
    expect(onlooker.view()).toEqual({ leader: '', isLeader: false, redis: 'up' });
    const lead = leadershipOf(clock, store, () => undefined, { endpoint: () => '10.0.0.11:7077' });
    await lead.start();
    await clock.advance(TIMES.askMs);
    const view = { leader: 'me', endpoint: '10.0.0.11:7077', redis: 'up' };
    expect([lead.view(), onlooker.view()]).toEqual([
      { ...view, isLeader: true },
      { ...view, isLeader: false },
    ]);
    await lead.close();
    await onlooker.close();
  });

  it('gives back a lease that it gets while it ends', async () => {
    const clock = new ManualClock();
    const store = slow(clock, 1_000);
    const lead = leadershipOf(clock, store, () => undefined);
    const over = [lead.start(), lead.close()];
    await settled();
    await clock.advance(1_000);
    await Promise.all(over);
    expect(await store.current()).toBeUndefined();
  });

  it('takes a higher epoch at once where a host knows one, but does not fight for it', async () => {
    const clock = new ManualClock();
    const elections: number[] = [];
    const lead = leadershipOf(clock, storeOf(clock), (term) => {
      elections.push(clock.monotonic());
      clock.after(10, () => term.giveUp('a host obeys another'));
    });
    await lead.start();
    await clock.advance(600);
    expect(elections).toEqual([0, 10]);
    await clock.advance(120_000);
    expect(elections.length).toBeLessThan(10);
    await lead.close();
  });
});
