import { describe, expect, it } from 'vitest';
import { BOUNDARIES, crashAt } from '@outrider/coordinator/engine/boundary.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { EngineWorld } from './engine-world.js';
import { chanceOf } from './chance.js';

const NAMES = ['main-pc', 'pc2', 'pc3'];
const good = (): 'good' => 'good';

function world(fateOf: EngineWorld['fateOf'] = good, installed: string | undefined = '1.0.0', seed = 1): EngineWorld {
  return new EngineWorld(chanceOf(seed), NAMES, fateOf, installed);
}

/** Every host runs what the end of the rollout says, and nothing is left half done. */
function expectTold(simulated: EngineWorld, rollout: Rollout): void {
  const where = JSON.stringify(rollout, null, 1);
  expect(simulated.bugs, where).toEqual([]);
  expect(simulated.mostSwitching, where).toBeLessThanOrEqual(1);
  for (const host of rollout.hosts) {
    const real = simulated.hosts.find((candidate) => candidate.name === host.host)!;
    expect(real.candidate, where).toBeUndefined();
    if (host.state === 'failed' || host.state === 'unreachable') continue;
    if (rollout.phase === 'succeeded') expect(real.active?.version, where).toBe(host.to.version);
    if (rollout.phase === 'rolled_back' || rollout.phase === 'aborted') {
      expect(real.active?.version ?? 'none', where).toBe(host.from?.version ?? 'none');
    }
  }
}

describe('the engine', () => {
  it('bakes as long as it was asked to, whatever becomes of the wall clock', async () => {
    const simulated = world();
    await simulated.lead();
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask({ bakeMs: 10_000 })));
    const begun = simulated.clock.monotonic();
    while (simulated.hosts[0]!.phase !== 'trial') await simulated.step(100);
    simulated.skew += 3_600_000;
    for (let step = 0; step < 50; step += 1) await simulated.step(100);
    simulated.skew -= 7_200_000;
    expect(simulated.hosts.map(({ phase }) => phase).slice(1)).not.toContain('trial');
    simulated.skew += 3_600_000;
    expect((await simulated.finish(rollout!.id))?.phase).toBe('succeeded');
    // Three bakes, one after the other, and not one more.
    expect(simulated.clock.monotonic() - begun).toBeGreaterThan(30_000);
    expect(simulated.clock.monotonic() - begun).toBeLessThan(60_000);
  });

  it('moves a release over all hosts, one after another', async () => {
    const simulated = world();
    await simulated.lead();
    const { rollout, plan } = await simulated.call(simulated.engine.start(simulated.ask()));
    expect(plan.hosts.map(({ host, wave }) => [host, wave])).toEqual(NAMES.map((name, index) => [name, index + 1]));
    const ended = await simulated.finish(rollout!.id);
    expect(ended?.phase).toBe('succeeded');
    expectTold(simulated, ended!);
    const types = (await simulated.events.last(100, rollout!.id)).map(({ type }) => type);
    expect(types[0]).toBe('rollout.started');
    expect(types.at(-1)).toBe('rollout.succeeded');
    expect(await simulated.store.outbox()).toEqual([]);
  });

  it('changes nothing where everything is as asked', async () => {
    const simulated = world();
    await simulated.lead();
    const { rollout, plan } = await simulated.call(simulated.engine.start(simulated.ask({ version: '1.0.0' })));
    expect([rollout, plan.hosts]).toEqual([undefined, []]);
  });

  it('refuses a second rollout and says who, what and since when; the same request is the same rollout', async () => {
    const simulated = world();
    await simulated.lead();
    const first = await simulated.call(simulated.engine.start(simulated.ask({ requestId: 'x', by: 'ann' })));
    const again = await simulated.call(simulated.engine.start(simulated.ask({ requestId: 'x', by: 'ann' })));
    expect(again.rollout?.id).toBe(first.rollout?.id);
    const second = simulated.call(simulated.engine.start(simulated.ask({ version: '3.0.0', requestId: 'y' })));
    await expect(second).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/2\.0\.0 \(r1\).*ann/) as unknown,
    });
    await simulated.finish(first.rollout!.id);
  });

  it('takes back what failed, and never goes back to it', async () => {
    const simulated = world((host, version) => (host === 'pc2' && version === '2.0.0' ? 'fails_on_trial' : 'good'));
    await simulated.lead();
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask()));
    const ended = await simulated.finish(rollout!.id);
    expect(ended).toMatchObject({ phase: 'rolled_back', culprit: { host: 'pc2', agent: 'vision' } });
    expectTold(simulated, ended!);
    const nowhere = simulated.call(simulated.engine.rollback(simulated.askBack()));
    await expect(nowhere).rejects.toMatchObject({ code: 'refused' });
    const failed = simulated.call(simulated.engine.rollback(simulated.askBack({ to: '2.0.0' })));
    await expect(failed).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining('failed') as unknown,
    });
  });

  it('rolls back to the previous release, last host first', async () => {
    const simulated = world();
    await simulated.lead();
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask()));
    await simulated.finish(rollout!.id);
    const back = await simulated.call(simulated.engine.rollback(simulated.askBack()));
    expect(back.plan.hosts.map(({ host }) => host)).toEqual([...NAMES].reverse());
    const ended = await simulated.finish(back.rollout!.id);
    expect(ended?.phase).toBe('succeeded');
    expect(simulated.hosts.map((host) => host.active?.version)).toEqual(['1.0.0', '1.0.0', '1.0.0']);
    const switched = (await simulated.events.last(200, back.rollout!.id)).filter(
      ({ type }) => type === 'rollout.host.switching',
    );
    expect(switched.map(({ host }) => host)).toEqual([...NAMES].reverse());
  });

  it('leaves nothing running where a first release fails', async () => {
    const simulated = world((host) => (host === 'pc3' ? 'fails' : 'good'), '');
    await simulated.lead();
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask()));
    expect((await simulated.finish(rollout!.id))?.phase).toBe('rolled_back');
    expect(simulated.hosts.map((host) => host.active)).toEqual([undefined, undefined, undefined]);
  });

  it('keeps trials alive while paused, switches nobody then, and can be aborted', async () => {
    const simulated = world();
    await simulated.lead();
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask()));
    while (simulated.hosts[0]!.phase !== 'trial') await simulated.step(100);
    await simulated.call(simulated.engine.control('', '', 'pause', 'me'));
    for (let i = 0; i < 200; i++) await simulated.step(500);
    expect(simulated.hosts.map((host) => host.phase)).toEqual(['trial', 'idle', 'idle']);
    await simulated.call(simulated.engine.control(rollout!.id, '', 'resume', 'me'));
    while (simulated.hosts[1]!.phase !== 'trial') await simulated.step(100);
    await simulated.call(simulated.engine.control(rollout!.id, '', 'abort', 'me'));
    const ended = await simulated.finish(rollout!.id);
    expect(ended).toMatchObject({ phase: 'aborted', abortedBy: 'me' });
    expectTold(simulated, ended!);
  });

  it.each(BOUNDARIES)('goes on to the same end when its leader dies at %s', async (name) => {
    for (const bad of [false, true]) {
      for (let count = 1; ; count++) {
        const simulated = world((host, version) => (bad && host === 'pc3' && version === '2.0.0' ? 'fails' : 'good'));
        await simulated.lead();
        const { rollout } = await simulated.call(simulated.engine.start(simulated.ask({ bakeMs: 500 })));
        simulated.die();
        await simulated.lead((die) => crashAt(`${name}:${count}`, die));
        const ended = await simulated.finish(rollout!.id);
        expect(ended?.phase, `${name}:${count}`).toBe(bad ? 'rolled_back' : 'succeeded');
        expectTold(simulated, ended!);
        if (simulated.leaders === 2) break;
        expect(count).toBeLessThan(40);
      }
    }
  });

  it('goes back by itself where no leader comes any more, also on a host that had finished', async () => {
    const simulated = world();
    await simulated.lead();
    await simulated.call(simulated.engine.start(simulated.ask({ bakeMs: 60_000 })));
    while (simulated.hosts[0]!.phase !== 'trial') await simulated.step(100);
    simulated.die();
    await simulated.settle();
    expect(simulated.hosts.map((host) => [host.phase, host.active?.version])).toEqual(
      NAMES.map(() => ['idle', '1.0.0']),
    );
  });

  it('takes a rollout back that Redis has forgotten', async () => {
    for (const again of ['same leader', 'another']) {
      const simulated = world();
      await simulated.lead();
      const { rollout } = await simulated.call(simulated.engine.start(simulated.ask({ bakeMs: 60_000 })));
      while (simulated.hosts[0]!.phase !== 'trial') await simulated.step(100);
      simulated.store.clear();
      if (again === 'another') simulated.die();
      const ended = await simulated.finish(rollout!.id);
      expect(ended?.phase, again).toBe('rolled_back');
      expectTold(simulated, ended!);
      expect((await simulated.store.current())!.epoch).toBeGreaterThan(1);
    }
  });

  it('takes a rollout back of which Redis has lost the last writes', async () => {
    for (const again of ['same leader', 'another']) {
      const simulated = world();
      await simulated.lead();
      const { rollout } = await simulated.call(simulated.engine.start(simulated.ask({ bakeMs: 2_000 })));
      while (simulated.hosts[0]!.phase !== 'trial') await simulated.step(100);
      const before = simulated.store.snapshot();
      while (simulated.hosts[1]!.phase !== 'trial') await simulated.step(100);
      simulated.store.setBack(before);
      if (again === 'another') simulated.die();
      const ended = await simulated.finish(rollout!.id);
      expect(ended?.phase, again).toBe('rolled_back');
      expect(ended?.reason).toContain('lost');
      expectTold(simulated, ended!);
    }
  });

  it('takes a rollout back that Redis has forgotten while it kept the lease, even where nothing is left to decide', async () => {
    const simulated = world();
    await simulated.lead();
    const before = simulated.store.snapshot();
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask({ bakeMs: 3_600_000 })));
    while (simulated.hosts[0]!.phase !== 'trial') await simulated.step(100);
    simulated.store.setBack(before, 'kept');
    const ended = await simulated.finish(rollout!.id);
    expect(ended?.phase).toBe('rolled_back');
    expect(ended?.reason).toContain('lost');
    expectTold(simulated, ended!);
  });

  it('takes up again what had ended, where Redis has lost that and kept the lease', async () => {
    const simulated = world((host, version) => (host === 'pc2' && version === '2.0.0' ? 'unfetchable' : 'good'));
    await simulated.lead();
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask()));
    const before = simulated.store.snapshot();
    expect((await simulated.finish(rollout!.id))?.phase).toBe('rolled_back');
    simulated.store.setBack(before, 'kept');
    expect((await simulated.store.load(rollout!.id))?.rollout.phase).toBe('staging');
    const ended = await simulated.finish(rollout!.id);
    expect(ended?.phase).toBe('rolled_back');
    expectTold(simulated, ended!);
  });

  it('decides nothing while Redis is away, and goes on when it is back', async () => {
    const simulated = world();
    await simulated.lead();
    const { rollout } = await simulated.call(simulated.engine.start(simulated.ask({ bakeMs: 2_000 })));
    while (simulated.hosts[0]!.phase !== 'trial') await simulated.step(100);
    simulated.redisAway = true;
    for (let i = 0; i < 16; i++) await simulated.step(250);
    expect(simulated.hosts.map((host) => host.phase)).toEqual(['trial', 'idle', 'idle']);
    simulated.redisAway = false;
    const ended = await simulated.finish(rollout!.id);
    expect(ended?.phase).toBe('succeeded');
    expectTold(simulated, ended!);
  });

  it.each(['lives', 'dies at once'])(
    'tells of a fleet that is mixed though Redis has forgotten, and no host is under way, where its leader %s',
    async (leader) => {
      const simulated = world();
      await simulated.lead();
      const { rollout } = await simulated.call(simulated.engine.start(simulated.ask({ bakeMs: 1_000 })));
      const committed = (): number => simulated.hosts.filter(({ active }) => active?.version === '2.0.0').length;
      // The last host hears no more: it goes back by itself, long before anybody looks.
      while (simulated.hosts[2]!.phase !== 'trial') await simulated.step(100);
      simulated.setCut('pc3', true);
      while (committed() < 2) await simulated.step(100);
      simulated.die();
      simulated.store.clear();
      await simulated.settle();
      expect(simulated.hosts.map((host) => host.active?.version)).toEqual(['2.0.0', '2.0.0', '1.0.0']);
      simulated.setCut('pc3', false);
      await simulated.lead();
      if (leader === 'dies at once') {
        simulated.die();
        await simulated.lead();
      }
      const ended = await simulated.finish(rollout!.id);
      expect(ended).toMatchObject({
        phase: 'stuck',
        reason: expect.stringMatching(/main-pc has 2\.0\.0, .*pc3 went back/) as unknown,
      });
      const next = await simulated.call(simulated.engine.start(simulated.ask()));
      expect(next.rollout?.seq).toBeGreaterThan(rollout!.seq);
      expect((await simulated.finish(next.rollout!.id))?.phase).toBe('succeeded');
    },
  );
});
