import { describe, expect, it } from 'vitest';
import { EngineWorld } from './engine-world.js';
import { chanceOf } from './chance.js';

describe('a rollback', () => {
  it('does not come back to what a rollback has left, unless it is named', async () => {
    const simulated = new EngineWorld(chanceOf(1), ['main-pc', 'pc2', 'pc3'], () => 'good', '1.0.0');
    await simulated.lead();
    const back = async (to: string): Promise<string | undefined> => {
      const { rollout } = await simulated.call(simulated.engine.rollback(simulated.askBack({ to })));
      return (await simulated.finish(rollout!.id))?.phase;
    };
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask()));
    await simulated.finish(rollout!.id);
    expect(await back('')).toBe('succeeded');
    const again = await simulated.call(simulated.engine.rollback(simulated.askBack({ to: '' })));
    expect(again.rollout).toBeUndefined();
    expect(again.plan.notices).toEqual(
      ['pc3', 'pc2', 'main-pc'].map((host) => expect.stringMatching(`^${host} was brought away .*--to`) as unknown),
    );
    const named = simulated.askBack({ to: '', hosts: ['pc2'] });
    await expect(simulated.call(simulated.engine.rollback(named))).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/--to/) as unknown,
    });
    expect(await back('2.0.0')).toBe('succeeded');
    expect(simulated.hosts.map((host) => host.active?.version)).toEqual(['2.0.0', '2.0.0', '2.0.0']);
  });
});
