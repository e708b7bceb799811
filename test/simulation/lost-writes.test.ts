import { describe, expect, it } from 'vitest';
import { EngineWorld } from './engine-world.js';
import { chanceOf } from './chance.js';

const NAMES = ['main-pc', 'pc2', 'pc3'];

const world = (): EngineWorld => new EngineWorld(chanceOf(1), NAMES, () => 'good', '1.0.0');

/** Of the calls with this name the first `count` are lost. */
function firstLost(name: string, way: 'there' | 'back', count = 1): EngineWorld['lostCall'] {
  let left = count;
  return (called) => (called === name && left-- > 0 ? way : undefined);
}

describe('the first decision of a rollout', () => {
  it('is gone on with where it was written and the answer lost', async () => {
    const simulated = world();
    await simulated.lead();
    simulated.lostCall = firstLost('commit', 'back');
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask()));
    expect((await simulated.finish(rollout!.id))?.phase).toBe('succeeded');
  });

  it('is gone on with also where the store stays silent for a while, though the caller got an error', async () => {
    const simulated = world();
    await simulated.lead();
    const lost = firstLost('commit', 'back');
    simulated.lostCall = (name) => lost(name) ?? (name === 'load' ? firstSilent() : undefined);
    let silent = 3;
    const firstSilent = (): 'there' | undefined => (silent-- > 0 ? 'there' : undefined);
    const start = simulated.call(simulated.engine.start(simulated.ask()));
    await expect(start).rejects.toMatchObject({ code: expect.stringMatching(/unavailable|refused/) as unknown });
    const [known] = await simulated.store.list(undefined, 1);
    expect((await simulated.finish(known!.rollout.id))?.phase).toBe('succeeded');
  });

  it('leaves nothing behind where it was not written', async () => {
    const simulated = world();
    await simulated.lead();
    simulated.lostCall = firstLost('commit', 'there');
    await expect(simulated.call(simulated.engine.start(simulated.ask()))).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await simulated.engine.list('', 5)).toEqual([]);
    await expect(simulated.engine.control('', '', 'pause', 'me')).rejects.toThrow('No rollout is under way');
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask()));
    expect((await simulated.finish(rollout!.id))?.phase).toBe('succeeded');
  });
});

describe('a rollout that Redis has forgotten', () => {
  it.each(['there', 'back'] as const)('is taken back also where the first write gets lost %s', async (way) => {
    const simulated = world();
    await simulated.lead();
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask({ bakeMs: 60_000 })));
    while (simulated.hosts[0]!.phase !== 'trial') await simulated.step(100);
    simulated.die();
    simulated.store.clear();
    simulated.lostCall = firstLost('commit', way);
    await simulated.lead();
    expect((await simulated.finish(rollout!.id))?.phase).toBe('rolled_back');
    expect(simulated.hosts.map((host) => host.active?.version)).toEqual(['1.0.0', '1.0.0', '1.0.0']);
  });

  it('is remembered by its leader also over a term that was over before it began', async () => {
    const simulated = world();
    await simulated.lead();
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask({ bakeMs: 60_000 })));
    await simulated.step(100);
    expect(simulated.hosts.map((host) => host.phase)).not.toContain('trial');
    simulated.store.clear();
    // The next term finds no Redis to take over from, and is over with its lease.
    simulated.lostCall = (name) => (name === 'underWay' || name === 'renew' ? 'there' : undefined);
    for (let step = 0; step < 60; step++) await simulated.step(200);
    simulated.lostCall = () => undefined;
    expect((await simulated.finish(rollout!.id))?.phase).toBe('rolled_back');
  });
});

describe('a wish about a rollout', () => {
  it('is refused where it comes too late to have an effect', async () => {
    const simulated = world();
    await simulated.lead();
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask({ bakeMs: 60_000 })));
    while (simulated.hosts[0]!.phase !== 'trial') await simulated.step(100);
    await simulated.call(simulated.engine.control(rollout!.id, '', 'abort', 'me'));
    const pause = simulated.call(simulated.engine.control(rollout!.id, '', 'pause', 'me'));
    await expect(pause).rejects.toMatchObject({ code: 'refused' });
    expect((await simulated.finish(rollout!.id))?.phase).toBe('aborted');
  });
});
