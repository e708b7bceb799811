import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { expect, test } from 'vitest';
import { MemoryEventLog } from '../store/memory-events.js';
import type { EventLog, Rollouts } from './ports.js';
import { type Update, watchRollout } from './watch-rollout.js';

const event = (id: string, type: OutriderEvent['type']): OutriderEvent => ({
  ...{ id, type, at: '2026-01-01T00:00:00.000Z', environment: 'test', rollout: 'r1' },
});
const record = (phase: Rollout['phase']): Rollout => ({ id: 'r1', phase }) as Rollout;
const seen = (updates: readonly Update[]): string[] =>
  updates.map((update) => ('event' in update ? update.event.id : update.record.phase));

class World {
  readonly log = new MemoryEventLog();
  phase: Rollout['phase'] = 'switching';
  /** Calls that fail before Redis is back. */
  failures = 0;
  readonly rollouts = {
    get: async () => {
      if (this.failures > 0) {
        this.failures -= 1;
        throw new OutriderError('unavailable', 'Redis does not answer.');
      }
      return record(this.phase);
    },
  } as unknown as Rollouts;

  async watch(events: EventLog = this.log): Promise<Update[]> {
    const updates: Update[] = [];
    const { signal } = new AbortController();
    for await (const update of watchRollout({ rollouts: this.rollouts, events }, 'r1', signal)) {
      updates.push(update);
      if ('event' in update && update.event.id === 'b') this.end();
    }
    return updates;
  }

  end(): void {
    this.phase = 'succeeded';
    this.log.add([event('z', 'rollout.succeeded')]);
  }
}

test('every event once, from the first, and the record at the end', async () => {
  const world = new World();
  world.log.add([event('a', 'rollout.started'), event('b', 'rollout.host.staging')]);
  world.log.add([{ ...event('other', 'rollout.started'), rollout: 'r2' }]);
  const updates = seen(await world.watch());
  expect(updates.filter((id) => id !== 'switching')).toEqual(['a', 'b', 'z', 'succeeded']);
});

test('a rollout that has ended is told whole', async () => {
  const world = new World();
  world.log.add([event('a', 'rollout.started')]);
  world.end();
  expect(seen(await world.watch())).toEqual(expect.arrayContaining(['a', 'z', 'succeeded']));
});

test('moments without Redis pass, and nothing is told twice', async () => {
  const world = new World();
  world.failures = 2;
  world.log.add([event('a', 'rollout.started'), event('b', 'rollout.host.staging')]);
  let breaks = 2;
  const shaky: EventLog = {
    append: (events) => world.log.append(events),
    last: (count, rollout) => world.log.last(count, rollout),
    after: (id, count, rollout) => world.log.after(id, count, rollout),
    follow: async function* (count, rollout, signal) {
      for await (const one of world.log.follow(count, rollout, signal)) {
        yield one;
        if ((breaks -= 1) >= 0) throw new OutriderError('unavailable', 'Redis does not answer.');
      }
    },
  };
  const updates = seen(await world.watch(shaky));
  expect(updates.filter((id) => id !== 'switching')).toEqual(['a', 'b', 'z', 'succeeded']);
});
