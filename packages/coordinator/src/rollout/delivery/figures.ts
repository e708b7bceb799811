/**
 * Delivery figures from the records of rollouts that have ended. A deployment is one rollout of one app. It has failed
 * where it went back by itself, where it is stuck, and where somebody took it back later. An outage begins when the
 * first host is told to go back (a rollback that is asked for: when it begins) and is over when all hosts run what is
 * good; what is stuck is mended by the next rollout or rollback of the app that succeeds.
 */
import type { DeliveryFigures, DeliveryReport, SpanFigures } from '@outrider/shared/domain/delivery.js';
import type { DeliveryRecord } from './record.js';

const DAY_MS = 24 * 3_600_000;

export interface ReportAsk {
  readonly environment: string;
  /** Epoch milliseconds: what ended at `from` or later, up to `until`. */
  readonly from: number;
  readonly until: number;
  /** Empty: every app. */
  readonly app: string;
}

/** `records` in any order, those before `from` too where they are known: they tell what a rollback has taken back. */
export function deliveryReport(records: readonly DeliveryRecord[], ask: ReportAsk): DeliveryReport {
  const { environment, from, until, app } = ask;
  const known = once(records).filter((record) => record.endedAt <= until && (app === '' || record.app === app));
  const names = [...new Set(known.map((record) => record.app))].sort();
  const days = Math.max(1, until - from) / DAY_MS;
  const seen = names.map((name) => ({
    name,
    tally: tallyOf(
      known.filter((one) => one.app === name),
      from,
    ),
  }));
  const shown = seen.filter(({ tally }) => tally.deployments.length + tally.rollbacks + tally.unrecovered > 0);
  return {
    ...{ environment, from, until },
    apps: shown.map(({ name, tally }) => ({ app: name, figures: figuresOf(tally, days) })),
    total: figuresOf(together(shown.map(({ tally }) => tally)), days),
  };
}

interface Tally {
  /** With whether somebody took it back later. */
  readonly deployments: readonly (DeliveryRecord & { readonly takenBack: boolean })[];
  readonly rollbacks: number;
  /** Milliseconds, of each. */
  readonly recoveries: readonly number[];
  readonly unrecovered: number;
}

/** Each once, the last one written; the oldest end first. */
function once(records: readonly DeliveryRecord[]): readonly DeliveryRecord[] {
  const byId = new Map(records.map((record) => [`${record.id}/${record.app}`, record]));
  return [...byId.values()].sort((a, b) => a.endedAt - b.endedAt || a.startedAt - b.startedAt);
}

/** Of one app, in the order in which they ended. */
function tallyOf(records: readonly DeliveryRecord[], from: number): Tally {
  const back = new Set<DeliveryRecord>();
  const recoveries: number[] = [];
  let brokenSince: number | undefined;
  let rollbacks = 0;
  for (const [index, record] of records.entries()) {
    const { began, mends } = outageOf(record);
    const since = brokenSince ?? began;
    // What is stuck stays so until something succeeds: going back to it mends nothing.
    const isOver = mends && (brokenSince === undefined || record.result === 'succeeded');
    if (since !== undefined && isOver && record.endedAt >= from) recoveries.push(Math.max(0, record.endedAt - since));
    brokenSince = isOver ? undefined : since;
    if (record.kind !== 'rollback' || record.result !== 'succeeded') continue;
    if (record.endedAt >= from) rollbacks += 1;
    const taken = records.slice(0, index).findLast((one) => isTakenBackBy(one, record) && !back.has(one));
    if (taken !== undefined) back.add(taken);
  }
  const inTime = records.filter((record) => record.kind === 'rollout' && record.endedAt >= from);
  return {
    deployments: inTime.map((record) => ({ ...record, takenBack: back.has(record) })),
    ...{ rollbacks, recoveries, unrecovered: brokenSince === undefined ? 0 : 1 },
  };
}

/** `began`: when agents of hosts were known to be in need of what was good; absent: they never were. */
function outageOf(record: DeliveryRecord): { readonly began: number | undefined; readonly mends: boolean } {
  const { kind, result, startedAt, endedAt, failedAt } = record;
  if (result === 'stuck') return { began: failedAt ?? (kind === 'rollback' ? startedAt : endedAt), mends: false };
  if (kind === 'rollback')
    return { began: result === 'succeeded' ? startedAt : undefined, mends: result === 'succeeded' };
  if (result === 'rolled_back') return { began: failedAt, mends: true };
  return { began: undefined, mends: true };
}

const isTakenBackBy = (one: DeliveryRecord, rollback: DeliveryRecord): boolean =>
  one.kind === 'rollout' && one.result === 'succeeded' && one.version === rollback.from;

const together = (tallies: readonly Tally[]): Tally => ({
  deployments: tallies.flatMap(({ deployments }) => deployments),
  rollbacks: sum(tallies.map(({ rollbacks }) => rollbacks)),
  recoveries: tallies.flatMap(({ recoveries }) => recoveries),
  unrecovered: sum(tallies.map(({ unrecovered }) => unrecovered)),
});

function figuresOf({ deployments, rollbacks, recoveries, unrecovered }: Tally, days: number): DeliveryFigures {
  const count = (result: DeliveryRecord['result']): number => deployments.filter((one) => one.result === result).length;
  const good = deployments.filter((one) => one.result === 'succeeded');
  const [succeeded, rolledBack, stuck] = [good.length, count('rolled_back'), count('stuck')];
  const takenBack = good.filter((one) => one.takenBack).length;
  const verdicts = succeeded + rolledBack + stuck;
  const duration = spanFigures(good.map(({ startedAt, endedAt }) => endedAt - startedAt));
  const recovery = spanFigures(recoveries);
  return {
    ...{ succeeded, rolledBack, stuck, aborted: count('aborted'), takenBack, rollbacks, unrecovered },
    perDay: succeeded / days,
    ...(verdicts === 0 ? {} : { successRate: succeeded / verdicts, rollbackRate: (rolledBack + takenBack) / verdicts }),
    ...(duration === undefined ? {} : { duration }),
    ...(recovery === undefined ? {} : { recovery }),
    ...(good.length === 0 ? {} : { lastSuccess: Math.max(...good.map(({ endedAt }) => endedAt)) }),
  };
}

/** Of spans in milliseconds; undefined: there are none. */
export function spanFigures(spans: readonly number[]): SpanFigures | undefined {
  const sorted = spans.map((ms) => Math.max(0, ms) / 1000).sort((a, b) => a - b);
  const max = sorted.at(-1);
  if (max === undefined) return undefined;
  return {
    count: sorted.length,
    median: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    mean: Math.min(max, sum(sorted) / sorted.length),
    max,
  };
}

/** The smallest that is no smaller than this part of them: one that really was. */
const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
