import { describe, expect, it } from 'vitest';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import type { RolloutAsk } from '../api/ports.js';
import type { RolloutEvent } from '../rollout/decision.js';
import type { PlannedRelease } from './planner.js';
import type { Reign } from './reign.js';
import { awaitIdle, supersede } from './superseding.js';

const CLOCK = { now: () => 7 };
const ASK = { by: 'ann', version: 'latest' } as RolloutAsk;

const planned = (app: Partial<AppStatus> = {}): PlannedRelease =>
  ({
    releases: [{ app: 'a', version: '3', digest: 'd3' }],
    plan: { app: 'a' },
    targets: [{ host: { name: 'b', app: { phase: 'reverting', rollout: 'r6', ...app } } }],
  }) as unknown as PlannedRelease;

const rollout = (patch: Partial<Rollout> = {}): Rollout => ({
  ...{ id: 'r6', seq: 6, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: 'd2', phase: 'baking' },
  ...{ paused: false, by: 'bob', startedAt: 0, steps: 0, hosts: [] },
  options: { bakeMs: 10_000, confirmWithinMs: 30_000, commit: 'together', skipDown: false },
  ...patch,
});

function reignOver(...rollouts: readonly Rollout[]): {
  readonly reign: Pick<Reign, 'runs'>;
  readonly posts: unknown[];
} {
  const posts: RolloutEvent[] = [];
  const runs = rollouts.map((one) => [
    one.id,
    { rollout: one, post: async (event: RolloutEvent) => posts.push(event) },
  ]);
  return { reign: { runs: new Map(runs as never) }, posts };
}

describe('what supersedes', () => {
  it('aborts what is under way, by whom and for which release, and comes again', async () => {
    const { reign, posts } = reignOver(rollout());
    const isAway = {
      code: 'unavailable',
      message: expect.stringMatching(/^r6 has to end before 3 can begin/) as string,
    };
    await expect(supersede(planned(), ASK, reign, CLOCK)).rejects.toMatchObject(isAway);
    expect(posts).toEqual([{ kind: 'abort', by: 'ann, who supersedes it with 3', at: 7 }]);
  });

  it('leaves alone what goes back already', async () => {
    const { reign, posts } = reignOver(rollout({ phase: 'rolling_back' }));
    await expect(supersede(planned(), ASK, reign, CLOCK)).rejects.toMatchObject({ code: 'unavailable' });
    expect(posts).toEqual([]);
  });

  it('is refused where the very same release is on its way, unless that is on hold', async () => {
    const same = rollout({ version: '3', digest: 'd3' });
    const { reign, posts } = reignOver(same);
    const isRefused = { code: 'refused', message: expect.stringMatching(/^r6 brings 3 of a already/) as string };
    await expect(supersede(planned(), ASK, reign, CLOCK)).rejects.toMatchObject(isRefused);
    expect(posts).toEqual([]);
    const held = reignOver({ ...same, paused: true, holding: 'it failed' });
    await expect(supersede(planned(), ASK, held.reign, CLOCK)).rejects.toMatchObject({ code: 'unavailable' });
    expect(held.posts).toHaveLength(1);
  });

  it('comes again where a host was seen in the midst of what has ended since', async () => {
    const load = async () => ({ rollout: rollout({ phase: 'aborted' }), revision: 1 });
    await expect(awaitIdle(planned(), { load })).rejects.toMatchObject({ code: 'unavailable' });
    await expect(awaitIdle(planned({ phase: 'idle' }), { load })).resolves.toBeUndefined();
  });

  it('is refused where a host does not come out of it', async () => {
    const isRefused = {
      code: 'refused',
      message: expect.stringMatching(/^Host b is in the middle of rollout r6/) as string,
    };
    const stuck = async () => ({ rollout: rollout({ phase: 'stuck' }), revision: 1 });
    await expect(awaitIdle(planned(), { load: stuck })).rejects.toMatchObject(isRefused);
    await expect(awaitIdle(planned(), { load: async () => undefined })).rejects.toMatchObject(isRefused);
    const ended = async () => ({ rollout: rollout({ phase: 'aborted' }), revision: 1 });
    const stuckOn = { host: 'b', agent: 'web', cause: 'x', log: [] };
    await expect(awaitIdle(planned({ stuckOn }), { load: ended })).rejects.toMatchObject(isRefused);
  });
});
