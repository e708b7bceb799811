/** What a plan tells, what hosts say to it before anything is brought there, and what it is still worth later. */
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Plan } from '@outrider/shared/domain/rollout.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { asked, fault, lastEvent, pids, tree, versions, web } from '../support/rollout-kit.js';

const APP = 'planned';
const PORT = 18301;
let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ hosts: ['alpha', 'beta'] });
  await cluster.push(
    '1.0.0',
    tree(APP, { vision: web(PORT, 1, { environment: { LEVEL: 'info', API_KEY: 'hunter1' } }) }),
  );
});
afterAll(() => cluster.stop());

const plan = async (
  version: string,
  ...words: readonly string[]
): Promise<{ readonly code: number | null; readonly plan: Plan }> => {
  const result = await cluster.cli(
    'rollout',
    '--version',
    version,
    '--app',
    APP,
    '--plan',
    '--json',
    '--bake',
    '300ms',
    ...words,
  );
  return { code: result.code, plan: result.json<Plan>() };
};

it('knows of a first release only what it would do, and of the next how long it takes and what changes', async () => {
  const first = await plan('1.0.0');
  expect(first).toMatchObject({
    code: 10,
    plan: { problems: [], hosts: [{ host: 'alpha', expected: { rollouts: 0 } }, { host: 'beta' }] },
  });
  expect(first.plan.expectedMs).toBeUndefined();
  expect(first.plan.hosts[0]?.facts?.diskNeededBytes).toBeGreaterThan(0);
  expect(first.plan.hosts[0]?.facts?.memoryBytes).toBeGreaterThan(0);
  expect((await cluster.rollout('1.0.0')).code).toBe(0);

  const changed = {
    environment: { LEVEL: 'debug', API_KEY: 'hunter2' },
    resources: { reservations: { memory: '2M' } },
  };
  await cluster.push('2.0.0', tree(APP, { vision: web(PORT, 1, changed) }));
  const next = await plan('2.0.0');
  expect(next.code).toBe(10);
  for (const host of next.plan.hosts) {
    expect(host).toMatchObject({
      expected: { rollouts: 1, stagingMs: expect.any(Number) as number, switchingMs: expect.any(Number) as number },
      gaps: [{ agent: 'vision', instances: 1, replicas: 1, startMs: expect.any(Number) as number }],
      settings: [
        { agent: 'vision', setting: 'environment.API_KEY', from: '(hidden)', to: '(hidden)', hidden: true },
        { agent: 'vision', setting: 'environment.LEVEL', from: 'info', to: 'debug', hidden: false },
        { agent: 'vision', setting: 'resources.reservations.memory (bytes)', to: `${2 * 1024 ** 2}`, hidden: false },
      ],
      facts: { memoryReservedBytes: 2 * 1024 ** 2, diskReserveBytes: 64 * 1024 ** 2 },
    });
  }
  // Two bakes of 300 ms at least.
  expect(next.plan.expectedMs).toBeGreaterThan(600);
  const text = await cluster.cli('rollout', '--version', '2.0.0', '--app', APP, '--plan');
  expect(text.stdout).toMatch(/vision: environment\.LEVEL "info" -> "debug"/);
  expect(text.stdout).toMatch(/vision: environment\.API_KEY changes \(value hidden\)/);
  expect(text.stdout).toMatch(/vision: 1 of 1 away while it is replaced, about .* at most/);
  expect(text.stdout).toMatch(/Expected time: about \d/);
  expect(JSON.stringify(next.plan) + text.stdout).not.toMatch(/hunter/);
});

describe('a release that no host can run', () => {
  let before: Record<string, number>;
  beforeAll(() => {
    before = pids(cluster, APP);
  });
  afterEach(async () => {
    expect(pids(cluster, APP)).toEqual(before);
    expect(await versions(cluster, APP)).toEqual({ alpha: '1.0.0', beta: '1.0.0' });
  });

  it.each<[string, string, object, RegExp]>([
    ['for want of a user', '3.0.0', { user: 'nobody-of-this-name' }, /alpha.*user.*nobody-of-this-name/],
    [
      'for want of memory',
      '3.0.1',
      { resources: { reservations: { memory: '900000G' } } },
      /Host alpha: .*reservations\.memory .* come to 900000G/,
    ],
    [
      'for want of processors',
      '3.0.2',
      { resources: { reservations: { cpus: 1024 } } },
      /Host alpha: .*reservations\.cpus .* come to 1024/,
    ],
    ['for want of a secret', '3.0.3', { secrets: ['NOBODY_SET_IT'] }, /alpha.*secrets names NOBODY_SET_IT/],
  ])('%s is refused before it is brought there', async (_what, version, more, expected) => {
    await cluster.push(version, tree(APP, { vision: web(PORT, 1, more) }));
    const made = await plan(version);
    expect(made.code).toBe(4);
    expect(made.plan.problems.join('\n')).toMatch(expected);
    const begun = await cluster.rollout(version);
    expect([begun.code, begun.error()]).toEqual([4, expect.stringMatching(expected)]);
  });

  it('for its port is taken by a stranger is refused too, and runs once that has gone', async () => {
    const listen = `${cluster.host('beta').address}:${PORT + 1}`;
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(PORT + 1, cluster.host('beta').address, resolve));
    try {
      const socket = { command: fault('shared-socket.mjs'), sockets: [{ name: 'http', listen }], hosts: ['beta'] };
      await cluster.push(
        '3.1.0',
        tree(APP, { vision: web(PORT), hearing: { ...socket, healthcheck: asked(PORT + 1) } }),
      );
      const made = await plan('3.1.0');
      expect(made.code).toBe(4);
      expect(made.plan.problems.join('\n')).toMatch(
        new RegExp(`Host beta: .*hearing.* wants ${listen}, which is taken by process ${process.pid} `),
      );
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    expect((await plan('3.1.0')).plan.problems).toEqual([]);
  });

  it('as far as it says, for it says nothing, is refused', async () => {
    const { daemon } = cluster.host('beta');
    daemon.signal('SIGSTOP');
    try {
      const made = await plan('2.0.0');
      expect(made.code).toBe(4);
      expect(made.plan.problems.join('\n')).toMatch(/Host beta .*(did not answer|is down)/);
    } finally {
      daemon.signal('SIGCONT');
    }
    await cluster.ready();
  });
});

describe('--expect-plan', () => {
  it('refuses where a host has gone down since', async () => {
    const before = await plan('2.0.0', '--skip-down');
    const { daemon } = cluster.host('beta');
    await daemon.stop();
    await eventually(async () => (await plan('2.0.0', '--skip-down')).plan.hosts.length === 1, {
      timeoutMs: 50_000,
      everyMs: 500,
    });
    const result = await cluster.rollout('2.0.0', '--skip-down', '--expect-plan', before.plan.plan);
    expect([result.code, result.error()]).toEqual([4, expect.any(String)]);
    expect(result.stderr).toMatch(new RegExp(`The plan is another by now: .* instead of ${before.plan.plan}`));
    daemon.start();
    await cluster.ready();
  });

  it('refuses where another version has become active since, and goes ahead where nothing has', async () => {
    await cluster.push('4.0.0', tree(APP, { vision: web(PORT, 4) }));
    const before = await plan('4.0.0');
    expect((await plan('4.0.0')).plan.plan).toBe(before.plan.plan);
    const seen = await plan('2.0.0');
    expect(lastEvent(await cluster.rollout('2.0.0', '--expect-plan', seen.plan.plan)).type).toBe('rollout.succeeded');
    const result = await cluster.rollout('4.0.0', '--expect-plan', before.plan.plan);
    expect([result.code, result.error()]).toEqual([4, expect.any(String)]);
    expect(result.stderr).toMatch(/another by now/);
    expect(await versions(cluster, APP)).toEqual({ alpha: '2.0.0', beta: '2.0.0' });
  });
});

it('shows for blue-green the memory for both sets, and why an agent is away; refuses where there is no room', async () => {
  const blueGreen = ['--strategy', 'blue-green'];
  await cluster.push('5.0.0', tree(APP, { vision: web(PORT, 5, { update_config: { order: 'stop-first' } }) }));
  const made = await plan('5.0.0', ...blueGreen);
  expect(made.plan.problems).toEqual([]);
  const why = 'declares update_config.order: stop-first';
  // What can't run twice takes the room of its old version.
  expect(made.plan.hosts[0]).toMatchObject({ gaps: [{ agent: 'vision', why }], facts: { besideNeededBytes: 0 } });
  expect(made.plan.hosts[0]?.facts?.besideUsableBytes).toBeGreaterThan(0);
  const text = await cluster.cli('rollout', '--version', '5.0.0', '--app', APP, '--plan', ...blueGreen);
  expect(text.stdout).toMatch(
    /vision: 1 of 1 away while it is replaced, .*: it declares update_config.order: stop-first/,
  );
  expect(text.stdout).toMatch(/memory for both sets at once: 0M needed, \d+M of what is free may be used/);
  expect((await plan('5.0.0')).plan.hosts[0]?.facts?.besideNeededBytes).toBeUndefined();

  const half = `${Math.ceil((totalmem() * 0.99) / 2 / 1024 ** 2)}M`;
  const large = { replicas: 2, resources: { reservations: { memory: half } } };
  await cluster.push('5.1.0', tree(APP, { vision: web(PORT, 5), large: { command: ['sleep', '1000'], ...large } }));
  expect((await plan('5.1.0', ...blueGreen)).plan.problems.join()).toMatch(
    /blue-green starts the new set beside the old/,
  );
});

it('a host whose disk would be left with less than its reserve takes nothing', async () => {
  const full = await startCluster({ hosts: ['alpha'], sidecar: { disk_reserve: '1000000G' } });
  try {
    await full.push('1.0.0', tree(APP, { vision: web(PORT) }));
    const made = await full.cli('rollout', '--version', '1.0.0', '--plan', '--json');
    expect(made.code).toBe(4);
    expect(made.json<Plan>().problems).toEqual([
      expect.stringMatching(
        /^Host alpha: Not enough space in .*, 976\.6 TiB of that are kept in reserve|^Host alpha: Not enough space in .*needs .* are free and 976\.6 TiB/,
      ),
    ]);
    expect((await full.rollout('1.0.0')).code).toBe(4);
    expect((await full.host('alpha').remote.Status({})).apps).toEqual([]);
  } finally {
    await full.stop();
  }
});
