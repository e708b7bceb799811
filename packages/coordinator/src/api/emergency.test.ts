import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { describe, expect, test } from 'vitest';
import { emergencyRollback, takeAllBack } from './emergency.js';
import type { Inside } from './inside.js';
import type { RollbackAsk } from './ports.js';

interface Scene {
  readonly running?: Readonly<Record<string, Partial<Rollout>>>;
  readonly fails?: Readonly<Record<string, OutriderError>>;
  /** Names; the others are not held. */
  readonly hosts?: readonly string[];
  readonly held?: readonly string[];
  /** By app: why none of its hosts goes anywhere. */
  readonly back?: Readonly<Record<string, readonly string[]>>;
}

/** Two apps, `one` and `two`; tells what was asked of the rollouts. */
function sceneOf({ running = {}, fails = {}, hosts = ['pc1'], held = [], back = {} }: Scene): {
  readonly inside: Inside;
  readonly asked: string[];
  /** The rollbacks that were asked for. */
  readonly asks: RollbackAsk[];
} {
  const asked: string[] = [];
  const asks: RollbackAsk[] = [];
  const app = (name: string) => ({ app: name, phase: 'idle' });
  const hold = { by: 'ada', since: 'then', reason: '' };
  const inside = {
    fleet: {
      hosts: () =>
        hosts.map((name) => ({
          name,
          status: { apps: [app('one'), app('two')], instances: [], ...(held.includes(name) ? { hold } : {}) },
        })),
    },
    rollouts: {
      list: async (name: string) =>
        running[name] === undefined ? [] : [{ kind: 'rollout', hosts: [], ...running[name] }],
      rollback: async (ask: RollbackAsk) => {
        const error = fails[ask.app];
        if (error !== undefined) throw error;
        asks.push(ask);
        const agents = (ask.agents ?? []).length === 0 ? [] : [ask.strategy, ...(ask.agents ?? [])];
        asked.push(['rollback', ask.app, ...ask.hosts, ...agents].join(' '));
        const notices = back[ask.app] ?? [];
        if (notices.length > 0) return { plan: { notices } };
        return { plan: {}, rollout: { id: `r-${ask.app}` } };
      },
      control: async (id: string, name: string, action: string, _by: string, urgent: boolean) => {
        asked.push(`${action} ${id}${urgent ? '' : ' with grace'}`);
        return { id, app: name };
      },
    },
  };
  return { inside: inside as unknown as Inside, asked, asks };
}

describe('while a rollout is under way', () => {
  const scene = { running: { one: { id: 'r7', phase: 'baking' as const } } };

  test('it is aborted', async () => {
    const { inside, asked } = sceneOf(scene);
    expect(await emergencyRollback(inside, { app: 'one' }, 'ann')).toMatchObject({ rollback_id: 'r7' });
    expect(asked).toEqual(['abort r7']);
  });

  test.each([[{ to: '1.0.0' }], [{ hosts: ['pc1'] }], [{ agents: ['vision'] }]])(
    '%j cannot be heeded, so nothing is done',
    async (more) => {
      const { inside, asked } = sceneOf(scene);
      await expect(emergencyRollback(inside, { app: 'one', ...more }, 'ann')).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringMatching(/r7 is under way/) as unknown,
      });
      expect(asked).toEqual([]);
    },
  );
});

test.each([
  [{}, true],
  [{ strategy: 'emergency' }, true],
  [{ strategy: 'immediate' }, false],
  [{ agents: ['vision'] }, false],
])('%j goes to the last good release and no further: %j', async (body, toLastGood) => {
  const { inside, asks } = sceneOf({});
  await emergencyRollback(inside, { app: 'one', ...body }, 'ann');
  expect(asks).toMatchObject([{ app: 'one', toLastGood }]);
});

describe('what was read of a rollout', () => {
  const scene = (phase: Rollout['phase']): Scene => ({ running: { one: { id: 'r12', phase } } });

  test('holds while that is under way', async () => {
    const { inside, asked } = sceneOf(scene('rolling_back'));
    await emergencyRollback(inside, { app: 'one', expect_rollout: 'r12' }, 'ann');
    expect(asked).toEqual(['abort r12']);
  });

  test.each([
    ['r12', 'rolled_back', 'r12 is not under way any more: it has ended, rolled back.'],
    ['r11', 'switching', 'r11 is not under way any more.'],
  ] as const)('%s does not where %s is what there is', async (expected, phase, sentence) => {
    const { inside, asked } = sceneOf(scene(phase));
    await expect(emergencyRollback(inside, { expect_rollout: expected }, 'ann')).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringContaining(sentence) as unknown,
    });
    expect(asked).toEqual([]);
  });

  test('has an id', async () => {
    const asked = emergencyRollback(sceneOf({}).inside, { expect_rollout: 'the last' }, 'ann');
    await expect(asked).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('while hosts go back', () => {
  const hosts = [{ host: 'pc1' }] as unknown as Rollout['hosts'];
  const scene = (patch: Partial<Rollout>) => ({
    running: { one: { id: 'r7', phase: 'switching' as const, hosts, ...patch } },
    hosts: ['pc1', 'pc2'],
  });

  test('an emergency hastens that, whether a rollout is taken back or a rollback runs', async () => {
    for (const patch of [{ phase: 'rolling_back' }, { kind: 'rollback' }] as const) {
      const { inside, asked } = sceneOf(scene(patch));
      expect(await emergencyRollback(inside, { app: 'one' }, 'ann')).toMatchObject({ rollback_id: 'r7' });
      expect(asked).toEqual(['abort r7']);
    }
  });

  test('any other way back looks on', async () => {
    for (const patch of [{ phase: 'rolling_back' }, { kind: 'rollback' }] as const) {
      const { inside, asked } = sceneOf(scene(patch));
      await emergencyRollback(inside, { app: 'one', strategy: 'graceful' }, 'ann');
      expect(asked).toEqual([]);
    }
  });

  test('hosts that a rollback is not about are told, and come next', async () => {
    const { inside } = sceneOf(scene({ kind: 'rollback' }));
    expect(await takeAllBack(inside, { app: 'one' }, 'ann')).toMatchObject({
      again: true,
      reasons: [expect.stringMatching(/^one: r7 is under way and is not about pc2\./) as unknown],
    });
  });

  test('a rollback that somebody has aborted ends first', async () => {
    const { inside, asked } = sceneOf(scene({ kind: 'rollback', abortedBy: 'bob' }));
    await expect(takeAllBack(inside, { app: 'one' }, 'ann')).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toEqual([]);
  });
});

test('where everything is back already, that is no error for whoever asks for an emergency, and one over REST', async () => {
  const { inside } = sceneOf({ back: { one: ['pc1 stays.'], two: ['pc1 stays.'] } });
  const reasons = ['one: pc1 stays.', 'two: pc1 stays.'];
  expect(await takeAllBack(inside, {}, 'ann')).toEqual({ rollbacks: [], reasons });
  await expect(emergencyRollback(inside, {}, 'ann')).rejects.toMatchObject({ code: 'refused' });
});

describe('of several apps', () => {
  const away = new OutriderError('unavailable', 'Redis does not answer.');

  test('one that fails does not hide the one that has begun', async () => {
    for (const failing of ['one', 'two']) {
      const { inside, asked } = sceneOf({ fails: { [failing]: away } });
      const other = failing === 'one' ? 'two' : 'one';
      expect(await emergencyRollback(inside, {}, 'ann')).toEqual({
        status: 'rollback_initiated',
        rollback_id: `r-${other}`,
        rollbacks: [{ app: other, rollout: `r-${other}` }],
        reasons: [`${failing}: Redis does not answer.`],
      });
      expect(asked).toEqual([`rollback ${other}`]);
    }
  });

  test('those that are named are taken back, each for itself', async () => {
    const { inside, asked } = sceneOf({});
    await emergencyRollback(inside, { app: 'two,one' }, 'ann');
    expect(asked).toEqual(['rollback one', 'rollback two']);
  });

  test('where nothing has begun the reason keeps its kind', async () => {
    const nothing = new OutriderError('refused', 'There is nothing to go back to.');
    const { inside } = sceneOf({ fails: { one: nothing, two: away } });
    await expect(emergencyRollback(inside, {}, 'ann')).rejects.toMatchObject({ code: 'unavailable' });
    const both = sceneOf({ fails: { one: nothing, two: nothing } });
    await expect(emergencyRollback(both.inside, {}, 'ann')).rejects.toMatchObject({
      code: 'refused',
      message: 'one: There is nothing to go back to. two: There is nothing to go back to.',
    });
  });
});

describe('of hosts that are held', () => {
  test('only the others are taken back', async () => {
    const { inside, asked } = sceneOf({ hosts: ['pc1', 'pc2', 'pc3'], held: ['pc2'] });
    await emergencyRollback(inside, { app: 'one' }, 'ann');
    expect(asked).toEqual(['rollback one pc1 pc3']);
  });

  test('where all are, nothing is begun, and it is said', async () => {
    const { inside, asked } = sceneOf({ hosts: ['pc1', 'pc2'], held: ['pc1', 'pc2'] });
    await expect(emergencyRollback(inside, { app: 'one' }, 'ann')).rejects.toMatchObject({
      code: 'refused',
      message: 'one: pc1, pc2 are held and so back already.',
    });
    expect(asked).toEqual([]);
  });
});

describe('some agents', () => {
  test('go back selectively, unless another strategy is asked for', async () => {
    const { inside, asked } = sceneOf({});
    await emergencyRollback(inside, { app: 'one', agents: ['vision', 'speech'] }, 'ann');
    await emergencyRollback(inside, { app: 'one', agents: ['vision'], strategy: 'graceful' }, 'ann');
    expect(asked).toEqual(['rollback one selective vision speech', 'rollback one graceful vision']);
  });

  test.each([
    [{ agents: ['vision'], strategy: 'emergency' }, /takes back whole hosts/],
    [{ agents: ['vision', 'vision'] }, /agents: "vision" is named twice/],
    [{ agents: 'vision' }, /agents: expected is a list of names/],
  ])('%j is refused', async (body, expected) => {
    const { inside, asked } = sceneOf({});
    await expect(emergencyRollback(inside, body, 'ann')).rejects.toThrow(expected);
    expect(asked).toEqual([]);
  });
});
