/** Gates through the real engine: asked at their interval, judged, and asked anew by whoever leads next. */
import type { GateSpec, GateVerdict, HostSamples } from '@outrider/shared/domain/gate.js';
import { afterEach, expect, it } from 'vitest';
import type { GateSources } from '@outrider/coordinator/engine/ports.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { EngineWorld } from './engine-world.js';
import { APPS } from './rollout-world.js';
import { chanceOf } from './chance.js';

const NAMES = ['h0', 'h1'];

const spec = (ask: GateSpec['ask'], more: Partial<GateSpec> = {}): GateSpec => ({
  ...{ name: ask.kind, ask, minSamples: 1, intervalMs: 1_000, timeoutMs: 1_000 },
  ...{ count: 1, failureLimit: 0, errorLimit: 2, noData: 'fail' },
  ...more,
});
const EXEC = spec({ kind: 'exec', command: ['check'] });
const RESTARTS = spec({ kind: 'metric', metric: 'agent_restarts' }, { max: 0 });

let world: EngineWorld;
afterEach(() => expect(world.bugs).toEqual([]));

const never = (): never => {
  throw new Error('nobody asks for it here');
};

function begin(specs: readonly GateSpec[], sources: Partial<GateSources>, apps?: readonly string[]): EngineWorld {
  world = new EngineWorld(chanceOf(7), NAMES, () => 'good', '1.0.0', apps);
  world.gateSpecs = specs;
  world.gates = { samples: never, promql: never, exec: never, webhook: never, ...sources };
  return world;
}

const window = (...value: number[]) => ({
  value,
  ...{ ageMs: value.map(() => 10), spanMs: value.map(() => 5_000), incarnation: value.map(() => 0) },
});
const restarts = (rollout: string, ...value: number[]): HostSamples => ({
  ...{ periodMs: 500, rollout },
  agents: [
    {
      ...{ agent: 'vision', instance: 0, version: '2.0.0' },
      metrics: [{ name: 'restarts', kind: 'counter', before: window(), since: window(...value) }],
    },
  ],
});

const start = async (): Promise<string> => {
  await world.lead();
  const { rollout } = await world.call(world.engine.start(world.ask()));
  return rollout?.id ?? '';
};

it('asks each gate at its interval in each bake, and tells it what is on trial', async () => {
  const asked: { readonly at: number; readonly hosts: readonly string[] }[] = [];
  begin([EXEC], {
    exec: async (_command, { hosts }) => {
      asked.push({ at: world.clock.monotonic(), hosts });
      return { outcome: 'pass', reason: 'well' };
    },
  });
  const rollout = await world.finish(await start());
  expect(rollout?.phase).toBe('succeeded');
  const inBake = (hosts: readonly string[]) => asked.filter((one) => one.hosts.join() === hosts.join());
  // A bake of 3 s each; asked at its begin and after every second.
  for (const hosts of [['h0'], NAMES]) {
    const times = inBake(hosts).map(({ at }) => at);
    expect(times.length).toBeGreaterThanOrEqual(3);
    expect(times.length).toBeLessThanOrEqual(5);
    times.slice(1).forEach((at, index) => expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(1_000));
  }
});

it('asks the gates of each of two apps of its own agents, and names the app that fails', async () => {
  const asked = new Set<string>();
  const told: string[] = [];
  begin(
    [RESTARTS, EXEC],
    {
      samples: async (host, app) => {
        asked.add(`${host} ${app}`);
        return restarts('r1', app === 'tools' && host === 'h1' ? 1 : 0);
      },
      exec: async (_command, { gate, app, version, from, hosts }) => {
        told.push(`${gate} ${app} ${from ?? ''} ${version} ${hosts.join()}`);
        return { outcome: 'pass', reason: 'well' };
      },
    },
    APPS,
  );
  const rollout = await world.finish(await start());
  expect(rollout).toMatchObject({
    ...{ phase: 'rolled_back', culprit: { host: 'h1', app: 'tools', agent: 'vision' } },
    reason: expect.stringContaining('the gate tools/metric failed: vision on h1') as string,
  });
  expect([...asked].sort()).toEqual(['h0 assistants', 'h0 tools', 'h1 assistants', 'h1 tools']);
  expect(told.filter((line) => line.endsWith(' h0'))).toEqual(
    expect.arrayContaining(['assistants/exec assistants 1.0.0 2.0.0 h0', 'tools/exec tools 1.0.0 2.0.0 h0']),
  );
  const failed = (await world.events.last(99)).find(({ type }) => type === 'rollout.gate.failed');
  expect(failed).toMatchObject({ host: 'h1', app: 'tools', data: { gate: 'tools/metric', app: 'tools', host: 'h1' } });
  expect(world.hosts.map((host) => host.active?.version)).toEqual(Array(4).fill('1.0.0'));
});

it('judges samples of the hosts on trial, and no others', async () => {
  const asked = new Set<string>();
  begin([RESTARTS], {
    samples: async (host, app, metrics) => {
      asked.add(`${host} ${app} ${metrics.join()}`);
      return restarts('r1', 0, 1);
    },
  });
  const rollout = await world.finish(await start());
  expect(rollout).toMatchObject({
    ...{ phase: 'rolled_back', reason: 'the gate metric failed: vision on h0: 1 restarts, more than max 0' },
    culprit: { host: 'h0', agent: 'vision' },
  });
  expect([...asked]).toEqual(['h0 assistants restarts']);
});

it('samples of another rollout are no data, and patience ends', async () => {
  begin([RESTARTS], { samples: async () => restarts('r0', 0, 0) });
  const rollout = await world.finish(await start());
  expect(rollout).toMatchObject({ phase: 'rolled_back' });
  expect(rollout?.reason).toContain('no data: no agent has samples of it');
});

it('an answer that never comes holds up nothing, and what can’t be asked is an error', async () => {
  let [asked, unanswered] = [0, 0];
  begin([EXEC, spec({ kind: 'promql', query: 'x' }, { max: 1 })], {
    exec: () => {
      unanswered += 1;
      return new Promise<GateVerdict>(() => undefined);
    },
    promql: async () => {
      asked += 1;
      throw new OutriderError('unavailable', 'Cannot reach it.');
    },
  });
  const rollout = await world.finish(await start());
  expect(rollout?.reason).toBe('the gate promql failed: it could not be asked 3 times in a row: Cannot reach it.');
  expect([asked, unanswered]).toEqual([3, 1]);
});

it('a new leader asks anew, and keeps what was counted', async () => {
  let asked = 0;
  const counted = { ...EXEC, count: 4, intervalMs: 1_000 };
  begin([counted], {
    exec: async () => {
      asked += 1;
      // The leader dies while the third answer is on its way.
      if (asked === 3) world.die();
      return { outcome: 'pass', reason: 'well' };
    },
  });
  const id = await start();
  const rollout = await world.finish(id);
  expect(world.leaders).toBe(2);
  expect(rollout?.phase).toBe('succeeded');
  // Two counted, one lost, two more; then four in the second bake.
  expect(asked).toBeGreaterThanOrEqual(9);
  const passed = (await world.events.last(500, id)).filter(
    ({ type, data }) => type === 'rollout.gate.passed' && data?.['gate'] === 'exec',
  );
  expect(passed).toHaveLength(2);
});

it('what was planned is what is asked, whatever the release says meanwhile', async () => {
  const asked = new Set<string>();
  begin([EXEC], {
    exec: async (command) => {
      asked.add(command.join(' '));
      return { outcome: 'pass', reason: 'well' };
    },
  });
  const id = await start();
  world.gateSpecs = [spec({ kind: 'exec', command: ['other'] })];
  expect((await world.finish(id))?.phase).toBe('succeeded');
  expect([...asked]).toEqual(['check']);
});
