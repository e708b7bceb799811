/** Hooks over real hosts: programs and webhooks before and after each step, once whatever dies, and taken back. */
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CliResult, CliRun } from '../support/cli-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { type Event, lastEvent, tree, versions, web } from '../support/rollout-kit.js';

const HOSTS = ['alpha', 'beta'];
const APP = 'hooked';
/** Writes down that it begins, waits for as long as its second word says or for a file, writes down that it ends. */
const NOTE = `#!/bin/sh
line() { echo "$1 $OUTRIDER_STEP $OUTRIDER_HOST$OUTRIDER_OUTCOME" >>"$JOURNAL"; }
JOURNAL="$1"
[ "$OUTRIDER_UNDO" = 1 ] && OUTRIDER_STEP="undo of $OUTRIDER_STEP"
line begins
while [ -n "$2" ] && [ ! -e "$2" ]; do sleep 0.05; done
line ends
`;
const FAIL = `#!/bin/sh
echo begins "$OUTRIDER_STEP" "$OUTRIDER_HOST" >>"$1"
echo "the table agents is locked" >&2
exit 3
`;
/** Fails until it has been begun so often. */
const LATE = `#!/bin/sh
echo begins >>"$1"
[ "$(wc -l <"$1")" -ge "$2" ]
`;
const HANG = `#!/bin/sh
sleep 1000 &
echo $! >"$1"
sleep 1001
`;
const FILES = { 'note.sh': NOTE, 'fail.sh': FAIL, 'late.sh': LATE, 'hang.sh': HANG };

// Coordinators and sidecars come and go.
vi.setConfig({ testTimeout: 120_000 });
let cluster: Cluster;
let redis: Redis;
let serial = 0;
let journal: string;
let server: Server;
let calls: { readonly path: string; readonly key: string; readonly body: Record<string, unknown> }[] = [];
let statusOf: (path: string) => number = () => 200;

beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const path = request.url ?? '';
      const key = String(request.headers['idempotency-key']);
      calls.push({ path, key, body: JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown> });
      response.writeHead(statusOf(path)).end('said');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cluster = await startCluster({ hosts: HOSTS });
  redis = new Redis(cluster.redis.url);
  await cluster.push('1.0.0', tree(APP, { web: web(18801) }, FILES));
  expect((await cluster.rollout('1.0.0')).code).toBe(0);
});
afterAll(async () => {
  server.close();
  redis.disconnect();
  await cluster.stop();
});
beforeEach(() => {
  serial += 1;
  journal = join(cluster.folder, `journal-${serial}`);
  calls = [];
  statusOf = () => 200;
});

const mark = (): string => join(cluster.folder, `mark-${serial}`);
const note = (more: object = {}): object => ({ command: ['./note.sh', journal], ...more });
const url = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
const lines = (): string[] => (existsSync(journal) ? readFileSync(journal, 'utf8').trimEnd().split('\n') : []);
const begun = (what: string): number => lines().filter((line) => line === `begins ${what}`).length;

/** Pushes another version with these hooks and returns it. */
async function pushNext(hooks: Record<string, object>): Promise<string> {
  const version = `2.${serial}.0`;
  await cluster.push(version, { ...tree(APP, { web: web(18801, 1 + serial) }, FILES), hooks });
  return version;
}

async function run(hooks: Record<string, object>, ...words: readonly string[]): Promise<CliResult> {
  return cluster.rollout(await pushNext(hooks), '--bake', '200ms', ...words);
}

const hookEvents = (result: CliResult, type: string): Event[] =>
  result.events<Event>().filter((event) => event.type === `rollout.hook.${type}`);

async function begin(hooks: Record<string, object>, ...words: readonly string[]): Promise<CliRun> {
  const version = await pushNext(hooks);
  return cluster.follow(['rollout', '--version', version, '--json', '--bake', '200ms', '--timeout', '100s', ...words]);
}

/** Whatever runs on both hosts, the same. */
async function runsOn(): Promise<string> {
  const found = Object.values(await versions(cluster, APP));
  expect(new Set(found).size).toBe(1);
  return found[0] ?? '';
}

const ALL = ['rollout', 'stage', 'switch', 'trial', 'commit'].flatMap((step) => [`before_${step}`, `after_${step}`]);

it('stand before and after each step, on each host', async () => {
  const result = await run(Object.fromEntries(ALL.map((point) => [point, note()])));
  expect([result.code, result.stderr]).toEqual([0, '']);
  const order = lines()
    .filter((line) => line.startsWith('begins'))
    .map((line) => line.slice('begins '.length));
  const both = (point: string, more = ''): string[] => HOSTS.map((host) => `${point} ${host}${more}`);
  expect(order.slice(0, 4).sort()).toEqual([...both('after_stage'), ...both('before_stage')].sort());
  expect(order.slice(4, 6).sort()).toEqual(both('before_rollout'));
  const moves = ['before_switch', 'after_switch', 'before_trial', 'after_trial'];
  expect(order.slice(6, 10)).toEqual(moves.map((point) => `${point} alpha`));
  expect(order.slice(10, 14)).toEqual(moves.map((point) => `${point} beta`));
  expect(order.slice(14, 16).sort()).toEqual(both('before_commit'));
  expect(order.slice(16, 18).sort()).toEqual(both('after_commit'));
  expect(order.slice(18).sort()).toEqual(both('after_rollout', 'succeeded'));
  expect(hookEvents(result, 'done')).toHaveLength(20);
});

it('are part of the plan', async () => {
  const version = await pushNext({ before_rollout: note({ on: 'once', undo: ['./note.sh', journal] }) });
  const { stdout } = await cluster.cli('rollout', '--version', version, '--plan');
  expect(stdout).toContain(
    `Hook before_rollout: ./note.sh ${journal} (once, on alpha; undone by ./note.sh ${journal})`,
  );
  expect(lines()).toEqual([]);
});

describe('a failure', () => {
  const migrate = (): object => note({ on: 'once', undo: ['./note.sh', journal] });

  it('before the switch of the second host takes all back, and undoes what ran once when all are back', async () => {
    const before = await runsOn();
    const result = await run({
      before_rollout: migrate(),
      before_switch: [note(), { command: ['sh', '-c', 'test $OUTRIDER_HOST = alpha || exec ./fail.sh $0', journal] }],
      before_revert: note(),
      after_revert: note(),
      after_rollout: note({ on: 'once' }),
    });
    expect([result.code, result.stderr]).toEqual([20, '']);
    const end = lastEvent(result);
    expect(end.reason).toBe('the hook before_switch-2 on beta failed: sh ended with 3');
    expect(end.data).toMatchObject({
      hosts: { alpha: 'reverted', beta: 'staged' },
      culprit: { host: 'beta', agent: 'hook before_switch-2', log: ['the table agents is locked'] },
    });
    expect(await runsOn()).toBe(before);
    expect(lines().slice(-8)).toEqual([
      'begins before_revert alpha',
      'ends before_revert alpha',
      'begins after_revert alpha',
      'ends after_revert alpha',
      'begins undo of before_rollout alpha',
      'ends undo of before_rollout alpha',
      'begins after_rollout alpharolled_back',
      'ends after_rollout alpharolled_back',
    ]);
    expect(begun('before_rollout alpha')).toBe(1);
  });

  it('of the undo ends stuck, and is said', async () => {
    const before = await runsOn();
    const result = await run({
      before_rollout: note({ on: 'once', undo: ['./fail.sh', journal] }),
      before_switch: { command: ['./fail.sh', journal] },
    });
    expect(result.code).toBe(22);
    expect(lastEvent(result).reason).toBe(
      'the hook before_switch on alpha failed: ./fail.sh ended with 3; ' +
        'what before_rollout did on alpha was not undone: ./fail.sh ended with 3',
    );
    expect(await runsOn()).toBe(before);
  });

  it('may be gone past, or wait for a person', async () => {
    const hold = await begin({
      before_stage: { command: ['./fail.sh', journal], on: 'once', on_failure: 'continue' },
      before_switch: { command: ['./fail.sh', journal], on: 'once', on_failure: 'hold' },
      before_rollout: note({ on: 'once', undo: ['./fail.sh', journal] }),
    });
    await hold.line((line) => line.includes('"type":"rollout.paused"'));
    const { stdout } = await cluster.cli('rollout', 'status');
    expect(stdout).toContain('the hook before_switch on alpha failed: ./fail.sh ended with 3');
    const status = await cluster.cli('rollout', 'status', '--json');
    expect(status.json()).toMatchObject({
      hookRuns: expect.arrayContaining([
        expect.objectContaining({
          hook: 'before_switch',
          host: 'alpha',
          state: 'failed',
          log: ['the table agents is locked'],
        }),
      ]) as never,
    });
    expect((await cluster.cli('rollout', 'resume')).code).toBe(0);
    const result = await hold.result;
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(begun('before_switch alpha')).toBe(1);
    expect(begun('before_rollout alpha')).toBe(1);
  });

  it('is tried again as often as it says', async () => {
    const result = await run({ before_rollout: { command: ['./late.sh', journal, '3'], on: 'once', retries: 2 } });
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(lines()).toEqual(['begins', 'begins', 'begins']);
  });

  it('is one when it takes too long, and nothing of it goes on', async () => {
    const result = await run({ before_rollout: { command: ['./hang.sh', mark()], on: 'once', timeout: '500ms' } });
    expect(result.code).toBe(20);
    expect(lastEvent(result).reason).toBe('the hook before_rollout on alpha failed: ./hang.sh took longer than 0.5 s');
    const left = `/proc/${readFileSync(mark(), 'utf8').trim()}/cmdline`;
    // Nobody may have taken note of its end yet.
    expect(existsSync(left) ? readFileSync(left, 'utf8') : '').toBe('');
  });

  it('is one when its program is not there', async () => {
    const result = await run({
      before_rollout: { command: ['./nothing.sh'], on: 'once', undo: ['./fail.sh', journal] },
    });
    expect(result.code).toBe(20);
    expect(lastEvent(result).reason).toMatch(
      /before_rollout on alpha failed: Cannot start \.\/nothing\.sh: there is no such file/,
    );
    expect(lines()).toEqual([]);
  });
});

it('an abort kills nothing half way, and then takes it back', async () => {
  const before = await runsOn();
  const aborted = await begin({
    before_rollout: { command: ['./note.sh', journal, mark()], on: 'once', undo: ['./note.sh', journal] },
  });
  await eventually(() => expect(lines()).toEqual(['begins before_rollout alpha']));
  expect((await cluster.cli('rollout', 'abort')).code).toBe(0);
  await aborted.line((line) => line.includes('"type":"rollout.rolling_back"'));
  expect(lines()).toEqual(['begins before_rollout alpha']);
  writeFileSync(mark(), '');
  const result = await aborted.result;
  expect(result.code).toBe(21);
  expect(lines().slice(1)).toEqual([
    'ends before_rollout alpha',
    'begins undo of before_rollout alpha',
    'ends undo of before_rollout alpha',
  ]);
  expect(await runsOn()).toBe(before);
});

describe('webhooks', () => {
  it('are called with a key, again where they fail, once or for each host', async () => {
    statusOf = (path) => (path === '/once' && calls.filter((call) => call.path === path).length < 2 ? 503 : 204);
    const result = await run({
      before_rollout: { webhook: url('/once'), on: 'once', retries: 1 },
      after_switch: { webhook: url('/each') },
      after_rollout: { webhook: url('/end'), on: 'once' },
    });
    expect([result.code, result.stderr]).toEqual([0, '']);
    const id = lastEvent(result).rollout ?? '';
    expect(calls.map(({ path, key }) => [path, key])).toEqual([
      ['/once', `${id}/before_rollout`],
      ['/once', `${id}/before_rollout`],
      ['/each', `${id}/after_switch/alpha`],
      ['/each', `${id}/after_switch/beta`],
      ['/end', `${id}/after_rollout`],
    ]);
    expect(calls[2]?.body).toMatchObject({ step: 'after_switch', host: 'alpha', app: APP, hosts: HOSTS, rollout: id });
    expect(calls[4]?.body).toMatchObject({ outcome: 'succeeded', undo: false });
  });

  it('that refuse take the rollout back, and are told so', async () => {
    statusOf = (path) => (path === '/no' ? 403 : 200);
    const result = await run({
      before_rollout: { webhook: url('/yes'), on: 'once', undo: url('/undo') },
      before_commit: { webhook: url('/no'), on: 'once' },
    });
    expect(result.code).toBe(20);
    expect(lastEvent(result).reason).toMatch(
      /^the hook before_commit failed: 127\.0\.0\.1:\d+ answered with 403: said$/,
    );
    expect(calls.map(({ path, body }) => [path, body['undo']])).toEqual([
      ['/yes', false],
      ['/no', false],
      ['/undo', true],
    ]);
  });
});

describe('a coordinator that is killed', () => {
  const MOMENTS = [
    'hook.before:1',
    'hook.after:1',
    'commit.before:4',
    'commit.after:4',
    'commit.before:5',
    'commit.after:5',
  ];

  it.each(MOMENTS)('at %s: what runs once has run once', async (moment) => {
    await cluster.coordinator.stop();
    cluster.coordinator.start({ OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: moment });
    await cluster.ready();
    const ran = await begin({
      before_rollout: note({ on: 'once', undo: ['./fail.sh', journal] }),
      after_switch: note({ on: 'once' }),
    });
    await cluster.coordinator.ended();
    await redis.del(fleetKeys('local').lease);
    cluster.coordinator.start();
    expect((await ran.result).code).toBe(0);
    expect(begun('before_rollout alpha')).toBe(1);
    expect(begun('after_switch alpha')).toBe(1);
  });

  it.each(['hook.before:2', 'hook.after:2', 'hook.before:3', 'hook.after:3'])(
    'at %s, in a rollout that goes back: it is undone once',
    async (moment) => {
      await cluster.coordinator.stop();
      cluster.coordinator.start({ OUTRIDER_TESTING: '1', OUTRIDER_CRASH_AT: moment });
      await cluster.ready();
      const ran = await begin({
        before_rollout: note({ on: 'once', undo: ['./note.sh', journal] }),
        before_switch: { command: ['./fail.sh', join(cluster.folder, 'elsewhere')], on: 'once' },
      });
      await cluster.coordinator.ended();
      await redis.del(fleetKeys('local').lease);
      cluster.coordinator.start();
      expect((await ran.result).code).toBe(20);
      expect(begun('before_rollout alpha')).toBe(1);
      expect(begun('undo of before_rollout alpha')).toBe(1);
    },
  );
});

describe('a sidecar that is killed while a hook runs', () => {
  const sidecar = () => cluster.hosts.get('alpha')!.daemon;

  /** How a process has ended that is nobody's child, the kernel tells since 6.15; else it is unknown, and no success. */
  function expectTold(result: CliResult): void {
    expect(begun('before_rollout alpha')).toBe(1);
    expect(lines()).toHaveLength(2);
    if (result.code === 0) return;
    expect(result.code).toBe(20);
    expect(lastEvent(result).reason).toMatch(/before_rollout on alpha failed: .*nobody saw how \.\/note\.sh ended/);
  }

  it('is followed by one that takes it over', async () => {
    const ran = await begin({ before_rollout: { command: ['./note.sh', journal, mark()], on: 'once' } });
    await eventually(() => expect(lines()).toEqual(['begins before_rollout alpha']));
    await sidecar().restart();
    await cluster.ready();
    writeFileSync(mark(), '');
    expectTold(await ran.result);
  });

  it('and nobody saw the end of it: it is not begun anew', async () => {
    const ran = await begin({ before_rollout: { command: ['./note.sh', journal, mark()], on: 'once' } });
    await eventually(() => expect(lines()).toEqual(['begins before_rollout alpha']));
    await sidecar().kill();
    writeFileSync(mark(), '');
    await eventually(() => expect(lines()).toHaveLength(2));
    sidecar().start();
    expectTold(await ran.result);
  });
});

it('has its secrets, as an agent has', async () => {
  const result = await run({
    before_rollout: { command: ['sh', '-c', 'echo $DATABASE_URL; exit 1'], on: 'once', secrets: ['DATABASE_URL'] },
  });
  expect(lastEvent(result).reason).toMatch(/The secret .*DATABASE_URL can't be read any more/);
});

it('a rollback runs those of the release that it leaves', async () => {
  const version = await pushNext({ before_revert: note(), after_revert: note() });
  expect((await cluster.rollout(version)).code).toBe(0);
  const result = await cluster.cli('rollback', '--strategy', 'graceful', '--json', '--yes');
  expect([result.code, result.stderr]).toEqual([0, '']);
  const order = lines().filter((line) => line.startsWith('begins'));
  expect([...order].sort()).toEqual(
    ['after_revert', 'before_revert'].flatMap((point) => HOSTS.map((host) => `begins ${point} ${host}`)),
  );
  expect(order.filter((line) => line.includes('before_revert'))).toEqual([
    'begins before_revert beta',
    'begins before_revert alpha',
  ]);
  expect(lines().at(-1)).toBe('ends after_revert alpha');
});
