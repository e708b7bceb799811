import type { Plan, Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { expect, test } from 'vitest';
import type { Inside } from './inside.js';
import type { RollbackAsk } from './ports.js';
import { planRollback, type RollbackPlan } from './rollback-plan.js';

const ref = (version: string) => ({ version, digest: version, specDigest: version });
const entry = (host: string, more: Partial<RolloutHost>): RolloutHost => ({
  ...{ host, wave: 1, state: 'pending', from: ref('1.3'), to: ref('1.4'), touched: false, step: 0 },
  ...more,
});

/** `pc1` and `pc2` run `one` and `two` in 1.4; a rollback of `one` takes `pc1` to 1.3, or to what is asked for. */
function inside(running: readonly Partial<Rollout>[] = []): { readonly inside: Inside; readonly asked: RollbackAsk[] } {
  const asked: RollbackAsk[] = [];
  const apps = ['one', 'two'].map((app) => ({ app, active: ref('1.4') }));
  const planned = async (ask: RollbackAsk): Promise<Partial<Plan>> => {
    asked.push(ask);
    if (ask.app === 'two') throw new OutriderError('refused', 'two has nowhere to go.');
    const version = ask.to === '' ? '1.3' : ask.to;
    const some = (ask.agents ?? []).length === 0 ? {} : { agents: ask.agents ?? [] };
    const actions = [{ agent: 'vision', instance: 0, action: 'replace' as const, order: 0, why: '' }];
    return { app: 'one', version, ...some, hosts: [{ host: 'pc1', wave: 1, from: '1.4', actions }], notices: ['Two.'] };
  };
  const made = {
    fleet: { hosts: () => ['pc1', 'pc2'].map((name) => ({ name, status: { apps, instances: [] } })) },
    rollouts: {
      list: async (app: string) => running.filter((one) => one.app?.split(',').includes(app)),
      planRollback: planned,
      explain: ({ id }: Rollout) => `${id} explained.`,
    },
  };
  return { inside: made as unknown as Inside, asked };
}

const words = ({ parts }: RollbackPlan): unknown[] =>
  parts.map(({ action, rollout, hosts }) => [
    rollout === undefined ? action : `${action} ${rollout}`,
    ...hosts.map(({ host, app, from, to, moves }) => `${host} ${app} ${moves ? `${from} -> ${to}` : `stays ${to}`}`),
  ]);

test('nothing under way: each app is planned, and what stays is named; one that can not go is no reason for another', async () => {
  const { inside: all, asked } = inside();
  const plan = await planRollback(all, {}, 'ann');
  expect(plan).toMatchObject({ strategy: 'emergency', possible: true });
  expect(words(plan)).toEqual([['begin', 'pc1 one 1.4 -> 1.3', 'pc2 one stays 1.4'], ['refuse']]);
  expect(plan.parts.map(({ reasons }) => reasons)).toEqual([['Two.'], ['two has nowhere to go.']]);
  expect(asked[0]).toMatchObject({ toLastGood: true });
});

test('the release and the agents that were named are those that it goes to', async () => {
  const body = { app: 'one', to: '1.2.0', agents: ['vision', 'talker'] };
  const plan = await planRollback(inside().inside, body, 'ann');
  expect(plan.strategy).toBe('selective');
  expect(plan.parts[0]?.hosts[0]).toEqual({
    ...{ host: 'pc1', app: 'one', from: '1.4', to: '1.2.0', moves: true, agents: ['vision'] },
  });
  expect((await planRollback(inside().inside, { app: 'two' }, 'ann')).possible).toBe(false);
});

const rollout: Partial<Rollout> = {
  ...{ id: 'r7', app: 'one', kind: 'rollout', phase: 'baking' },
  hosts: [entry('pc1', { state: 'trial', touched: true }), entry('pc2', {})],
};
const back: Partial<Rollout> = {
  ...{ id: 'r8', app: 'one', kind: 'rollback', phase: 'switching' },
  hosts: [entry('pc1', { from: ref('1.4'), to: ref('1.3') })],
};

test.each<[string, Partial<Rollout>, object, readonly string[]]>([
  ['an emergency aborts a rollout', rollout, {}, ['abort r7', 'pc1 one 1.4 -> 1.3', 'pc2 one stays 1.3']],
  ['so does a rollback', rollout, { strategy: 'graceful' }, ['abort r7', 'pc1 one 1.4 -> 1.3', 'pc2 one stays 1.3']],
  ['an emergency hastens a rollback', back, {}, ['hasten r8', 'pc1 one 1.4 -> 1.3', 'pc2 one stays 1.4']],
  ['else it goes on', back, { strategy: 'graceful' }, ['go_on r8', 'pc1 one 1.4 -> 1.3', 'pc2 one stays 1.4']],
  ['what can not be heeded is refused', rollout, { to: '1.2.0' }, ['refuse r7']],
])('%s', async (_, running, more, expected) => {
  const plan = await planRollback(inside([running]).inside, { app: 'one', ...more }, 'ann');
  expect(words(plan)).toEqual([expected]);
  expect(plan.possible).toBe(!expected[0]?.startsWith('refuse'));
});

test('one of several apps is told once, and who it leaves out is said', async () => {
  const both = { ...back, app: 'one,two', apps: ['one', 'two'].map((app) => ({ app, version: '1.3', digest: 'd' })) };
  const hosts = ['one', 'two'].map((app) => entry(`pc1/${app}`, { app, from: ref('1.4'), to: ref('1.3') }));
  const plan = await planRollback(inside([{ ...both, hosts }]).inside, {}, 'ann');
  expect(words(plan)).toEqual([
    ['hasten r8', 'pc1 one 1.4 -> 1.3', 'pc1 two 1.4 -> 1.3', 'pc2 one stays 1.4', 'pc2 two stays 1.4'],
  ]);
  expect(plan.parts[0]?.reasons.join()).toMatch(/r8 explained.*is not about pc2/);
});

test('one that has ended since it was read is refused', async () => {
  const ended = { ...rollout, phase: 'rolled_back' as const };
  const asked = planRollback(inside([ended]).inside, { expect_rollout: 'r7' }, 'ann');
  await expect(asked).rejects.toMatchObject({ code: 'refused' });
});
