/** docs/reference/events.md says what is in each event: held against thousands that the decisions give, and a fleet's own. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { EVENT_TYPES, type EventType, type OutriderEvent } from '@outrider/shared/domain/event.js';
import { EVENT_GUIDE, unlikeGuide } from '@outrider/shared/domain/event-guide.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { Draft } from '@outrider/coordinator/rollout/draft.js';
import { newCounts, tellMany } from '../simulation/schedules-run.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { fault, tree, web } from '../support/rollout-kit.js';

/** Told of by seeds from 1 on, so many at a time, until each event was told; by then it has to be. */
const BATCH = 25;
const MOST_SCHEDULES = 1_000;
const LONG = 240_000;
/** Decided by what is no simulation: see below. */
const NO_DECISION = /^(?!rollout\.)/;
/** Sent by no version yet. */
const UNSENT: readonly EventType[] = ['rollout.planned'];

const DECIDED = EVENT_TYPES.filter((type) => !NO_DECISION.test(type) && !UNSENT.includes(type));
/** What the engine adds to each of them, and what marks it. */
const ADDED = { id: '', at: '', environment: 'local', app: 'a', rollout: 'r1', version: '1' };

it(
  'whatever a rollout may decide, it tells what the guide says',
  async () => {
    const told = new Map<EventType, Set<string>>();
    const wrong = new Set<string>();
    const spy = vi.spyOn(Draft.prototype, 'tell');
    try {
      for (let seed = 1; seed < MOST_SCHEDULES && DECIDED.some((type) => !told.has(type)); seed += BATCH) {
        expect(await tellMany(seed, BATCH, newCounts())).toBeUndefined();
        for (const [line] of spy.mock.calls) {
          for (const sentence of unlikeGuide({ ...ADDED, ...line })) wrong.add(sentence);
          told.set(line.type, new Set([...(told.get(line.type) ?? []), ...Object.keys(line.data ?? {})]));
        }
        spy.mockClear();
      }
    } finally {
      spy.mockRestore();
    }
    expect([...wrong]).toEqual([]);
    expect(DECIDED.filter((type) => !told.has(type))).toEqual([]);
    // No member is told of that is never there.
    for (const type of ['rollout.started', 'rollout.rolled_back', 'rollout.stuck', 'rollout.hook.failed'] as const) {
      const names = Object.keys(EVENT_GUIDE[type].data ?? {}).map((name) => name.replace('?', ''));
      expect([type, ...(told.get(type) ?? [])].sort()).toEqual(expect.arrayContaining(names.filter(isDecided)));
    }
  },
  LONG,
);

/** Members that need what schedules do not have. */
const isDecided = (name: string): boolean => !['log', 'versions', 'apps'].includes(name);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

const events = async (): Promise<readonly OutriderEvent[]> => {
  const { code, stdout } = await cluster.cli('events', '-n', '1000', '--json');
  expect(code).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as OutriderEvent);
};

it('so does a fleet in which much happens', { timeout: LONG }, async () => {
  await cluster.push('1.0.0', tree('crew', { vision: web(18_771, 1) }));
  expect(await cluster.rollout('1.0.0')).toMatchObject({ code: 0 });
  expect(await cluster.cli('release', 'tag', '1.0.0', 'stable')).toMatchObject({ code: 0 });
  expect(await cluster.cli('agent', 'scale', 'vision', '0', '--host', 'pc2')).toMatchObject({ code: 0 });
  expect(await cluster.cli('agent', 'restart', 'vision')).toMatchObject({ code: 0 });
  await cluster.push('2.0.0', tree('crew', { vision: web(18_771, 2), broken: { command: fault('exit-at-once.sh') } }));
  expect(await cluster.rollout('2.0.0')).toMatchObject({ code: 20 });
  await cluster.push('3.0.0', tree('crew', { vision: web(18_771, 3) }));
  expect(await cluster.cli('release', 'rm', '3.0.0')).toMatchObject({ code: 0 });
  expect(await cluster.cli('emergency', '--direct', '--yes', '--hosts', 'pc2')).toMatchObject({ code: 0 });
  expect(await cluster.cli('host', 'resume', '--all')).toMatchObject({ code: 0 });
  const wanted: readonly EventType[] = [
    ...(['release.pushed', 'release.tagged', 'release.removed'] as const),
    ...(['rollout.started', 'rollout.succeeded', 'rollout.rolled_back'] as const),
    ...(['agent.starting', 'agent.ready', 'agent.exited', 'agent.stopped', 'agent.scaled'] as const),
    ...(['host.held', 'host.resumed', 'leader.elected'] as const),
  ];
  await eventually(async () => {
    const seen = new Set((await events()).map(({ type }) => type));
    expect(wanted.filter((type) => !seen.has(type))).toEqual([]);
  });
  expect([...new Set((await events()).flatMap(unlikeGuide))]).toEqual([]);
});
