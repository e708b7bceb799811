import { describe, expect, it } from 'vitest';
import { ManualClock } from '@outrider/shared/testing/manual-clock.js';
import { MemoryStore } from '../store/memory-store.js';
import { Leadership, type LeadershipOptions } from './leadership.js';
import type { Fleet, LeaseStore } from './ports.js';
import type { Term } from './term.js';

const TTL_MS = 6_000;
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
    ...{ store, fleet: nobody, clock, holder: 'me', ttlMs: TTL_MS, renewMs: 2_000, onElected },
    onLost: () => undefined,
    ...patch,
  });
}

describe('a leader', () => {
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
