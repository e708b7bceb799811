import type { Rollout, RolloutHost } from '@outrider/shared/domain/rollout.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deliveryReport, spanFigures } from './figures.js';
import { type DeliveryRecord, deliveriesOf } from './record.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ask = { environment: 'test', from: 0, until: 10 * DAY, app: '' };

let nextId = 0;
/** Times in minutes; it takes one minute. */
const record = (endsAt: number, patch: Partial<DeliveryRecord> = {}): DeliveryRecord => ({
  ...{ id: `r${(nextId += 1)}`, kind: 'rollout', app: 'a', version: '1', result: 'succeeded' },
  ...{ startedAt: (endsAt - 1) * MINUTE, endedAt: endsAt * MINUTE },
  ...patch,
});
const failed = (endsAt: number, minutes: number, patch: Partial<DeliveryRecord> = {}): DeliveryRecord =>
  record(endsAt, { result: 'rolled_back', failedAt: (endsAt - minutes) * MINUTE, ...patch });
const back = (endsAt: number, from: string, patch: Partial<DeliveryRecord> = {}): DeliveryRecord =>
  record(endsAt, { kind: 'rollback', version: '0', from, ...patch });
const totalOf = (records: readonly DeliveryRecord[], patch: Partial<typeof ask> = {}) =>
  deliveryReport(records, { ...ask, ...patch }).total;

describe('figures', () => {
  test('nothing is no rate, not a bad one', () => {
    expect(deliveryReport([], ask)).toEqual({
      ...{ environment: 'test', from: 0, until: 10 * DAY, apps: [] },
      total: {
        ...{ succeeded: 0, rolledBack: 0, stuck: 0, aborted: 0, takenBack: 0, rollbacks: 0, perDay: 0, unrecovered: 0 },
      },
    });
  });

  test('three that succeed and one that goes back', () => {
    const total = totalOf([record(10), record(20), record(30), failed(40, 0.5)]);
    expect(total).toMatchObject({ succeeded: 3, rolledBack: 1, perDay: 0.3, successRate: 0.75, rollbackRate: 0.25 });
    expect(total.duration).toEqual({ count: 3, median: 60, p90: 60, mean: 60, max: 60 });
    expect(total.recovery).toEqual({ count: 1, median: 30, p90: 30, mean: 30, max: 30 });
    expect(total.lastSuccess).toBe(30 * MINUTE);
  });

  test('one that failed before any host ran it was rolled back, and nothing had to recover', () => {
    const { failedAt: _never, ...staged } = failed(10, 1);
    const total = totalOf([staged]);
    expect(total).toMatchObject({ rolledBack: 1, rollbackRate: 1 });
    expect(total.recovery).toBeUndefined();
  });

  test('what a person aborted counts for no rate', () => {
    expect(totalOf([record(10), record(20, { result: 'aborted' })])).toMatchObject({ aborted: 1, successRate: 1 });
    expect(totalOf([record(20, { result: 'aborted' })]).successRate).toBeUndefined();
  });

  test('a rollback takes back the newest deployment of the version that it came from', () => {
    const total = totalOf([record(10, { version: '1' }), record(20, { version: '2' }), back(30, '2')]);
    expect(total).toMatchObject({ succeeded: 2, takenBack: 1, rollbacks: 1, successRate: 1, rollbackRate: 0.5 });
    expect(total.recovery).toMatchObject({ count: 1, max: 60 });
  });

  test('asked twice, each takes back one', () => {
    const total = totalOf([record(10, { version: '2' }), record(20, { version: '2' }), back(30, '2'), back(40, '2')]);
    expect(total).toMatchObject({ takenBack: 2, rollbacks: 2 });
  });

  test('what is stuck is mended by what succeeds next, and not by what goes back', () => {
    const stuck = record(10, { result: 'stuck', failedAt: 9 * MINUTE });
    expect(totalOf([stuck])).toMatchObject({ stuck: 1, unrecovered: 1, successRate: 0 });
    expect(totalOf([stuck, failed(20, 1)])).toMatchObject({ unrecovered: 1 });
    expect(totalOf([stuck, failed(20, 1), record(29)]).recovery).toMatchObject({ count: 1, max: 20 * 60 });
    expect(totalOf([stuck, back(29, '1')]).recovery).toMatchObject({ count: 1, max: 20 * 60 });
  });

  test('apps are apart, and one alone where it is named', () => {
    const records = [record(10), record(20, { app: 'b' }), failed(30, 1, { app: 'b' })];
    const report = deliveryReport(records, ask);
    expect(report.apps.map(({ app, figures }) => [app, figures.successRate])).toEqual([
      ['a', 1],
      ['b', 0.5],
    ]);
    expect(totalOf(records, { app: 'b' })).toMatchObject({ succeeded: 1, rolledBack: 1 });
  });

  test('what ended before the span is not counted, and still known to a rollback in it', () => {
    const records = [record(10, { version: '2' }), record(30, { version: '3' }), back(40, '3')];
    expect(totalOf(records, { from: 20 * MINUTE })).toMatchObject({ succeeded: 1, takenBack: 1 });
    expect(totalOf(records, { from: 35 * MINUTE })).toMatchObject({ succeeded: 0, takenBack: 0, rollbacks: 1 });
    expect(deliveryReport(records, { ...ask, from: 50 * MINUTE }).apps).toEqual([]);
  });
});

const anyRecord = fc
  .record({
    id: fc.integer({ min: 1, max: 30 }).map((n) => `r${n}`),
    kind: fc.constantFrom('rollout' as const, 'rollback' as const),
    app: fc.constantFrom('a', 'b', 'c'),
    version: fc.constantFrom('1', '2', '3'),
    from: fc.constantFrom('1', '2', '3'),
    result: fc.constantFrom('succeeded' as const, 'rolled_back' as const, 'aborted' as const, 'stuck' as const),
    startedAt: fc.integer({ min: 0, max: 9 * DAY }),
    tookMs: fc.integer({ min: 0, max: DAY }),
    failedAfter: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map(({ tookMs, failedAfter, ...rest }): DeliveryRecord => {
    const failedAt = failedAfter === null ? {} : { failedAt: Math.round(rest.startedAt + failedAfter * tookMs) };
    return { ...rest, endedAt: rest.startedAt + tookMs, ...failedAt };
  });

describe('of any records', () => {
  const records = fc.array(anyRecord, { maxLength: 40 });

  test('rates are from 0 to 1, spans are in order, and the parts make up the whole', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 0, max: 9 * DAY }), (list, from) => {
        const { apps, total } = deliveryReport(list, { ...ask, from });
        for (const figures of [...apps.map((one) => one.figures), total]) {
          for (const rate of [figures.successRate, figures.rollbackRate]) {
            if (rate !== undefined) expect(rate >= 0 && rate <= 1).toBe(true);
          }
          for (const span of [figures.duration, figures.recovery]) {
            if (span === undefined) continue;
            expect(span.median <= span.p90 && span.p90 <= span.max && span.mean <= span.max).toBe(true);
            expect(span.median).toBeGreaterThanOrEqual(0);
          }
          expect(figures.takenBack).toBeLessThanOrEqual(figures.succeeded);
          expect(figures.duration?.count ?? 0).toBe(figures.succeeded);
          expect(figures.unrecovered).toBeGreaterThanOrEqual(0);
        }
        for (const key of ['succeeded', 'rolledBack', 'stuck', 'aborted', 'takenBack', 'rollbacks'] as const) {
          expect(apps.reduce((sum, { figures }) => sum + figures[key], 0)).toBe(total[key]);
        }
      }),
    );
  });

  test('neither their order nor telling them twice changes anything', () => {
    const distinct = fc.uniqueArray(anyRecord, { selector: ({ id, app }) => `${id}/${app}`, maxLength: 20 });
    const inOrder = (list: readonly DeliveryRecord[]): readonly DeliveryRecord[] =>
      list.map((one, index) => ({ ...one, endedAt: one.endedAt + index / 1000 }));
    fc.assert(
      fc.property(distinct.map(inOrder), (list) => {
        const report = deliveryReport(list, ask);
        expect(deliveryReport([...list].reverse(), ask)).toEqual(report);
        expect(deliveryReport([...list, ...list], ask)).toEqual(report);
      }),
    );
  });

  test('quantiles are spans that really were', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1 }), (spans) => {
        const { median, p90, max } = spanFigures(spans) ?? { median: -1, p90: -1, max: -1 };
        const seconds = spans.map((ms) => ms / 1000);
        for (const one of [median, p90, max]) expect(seconds).toContain(one);
        expect(seconds.filter((one) => one <= median).length).toBeGreaterThanOrEqual(spans.length / 2);
      }),
    );
  });
});

describe('the record of a rollout', () => {
  const to = { version: '2', digest: 'd', specDigest: 's' };
  const host = (name: string, patch: Partial<RolloutHost>): RolloutHost => ({
    ...{ host: name, wave: 1, state: 'reverted', to, touched: true, step: 1 },
    ...patch,
  });
  const rollout = (patch: Partial<Rollout>): Rollout => ({
    ...{ id: 'r7', seq: 7, kind: 'rollout', app: 'a', environment: 'test', version: '2', digest: 'd' },
    ...{ phase: 'rolled_back', fromVersion: '1', paused: false, hosts: [], by: 'me', startedAt: 100, endedAt: 900 },
    ...{ steps: 1, options: { bakeMs: 0, confirmWithinMs: 1, commit: 'together', skipDown: false } },
    ...patch,
  });

  test('none while it is under way', () => {
    expect(deliveriesOf(rollout({ phase: 'switching' }))).toEqual([]);
  });

  test('it failed when the first host that ran it went back', () => {
    const hosts = [
      host('x', { times: { switching: 200, reverting: 600, reverted: 800 } }),
      host('y', { times: { switching: 300, reverted: 500 } }),
      host('z', { touched: false, times: { reverting: 150 } }),
    ];
    expect(deliveriesOf(rollout({ hosts }))).toEqual([
      {
        ...{ id: 'r7', kind: 'rollout', app: 'a', version: '2', from: '1', result: 'rolled_back' },
        ...{ startedAt: 100, endedAt: 900, failedAt: 500 },
      },
    ]);
  });

  test('of several apps there is one for each, with its own versions', () => {
    const apps = [
      { app: 'a', version: '2', digest: 'd', fromVersion: '1' },
      { app: 'b', version: '2', digest: 'e' },
    ];
    const records = deliveriesOf(rollout({ app: 'a,b', apps, phase: 'succeeded' }));
    expect(records.map(({ app, from }) => [app, from])).toEqual([
      ['a', '1'],
      ['b', undefined],
    ]);
  });
});
