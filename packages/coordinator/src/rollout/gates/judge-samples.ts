/**
 * Verdicts on the samples of hosts: each agent on each switched host against limits, against itself before the switch,
 * or against the hosts that are not switched yet. Asks nobody; the worst agent decides.
 */
import {
  type GateSpec,
  type GateVerdict,
  type HostSamples,
  type SampleWindow,
  seriesOf,
} from '@outrider/shared/domain/gate.js';
import { judgeComparison } from './compare.js';
import { noData, limitOf, limitWords } from './judge-values.js';
import { badness, breachOf } from './limits.js';
import { countOf, measureOf, type Pool } from './measure.js';
import { shownNumber } from './figures.js';

export interface SampledHost {
  readonly host: string;
  readonly switched: boolean;
  readonly samples: HostSamples;
}

/** `waiting`: not enough samples yet, and more may come. */
export type Assessment = GateVerdict | { readonly outcome: 'waiting'; readonly reason: string };

/** One agent on one host, its instances together. */
interface Subject {
  readonly host: string;
  readonly agent: string;
  readonly since: Pool;
  /** What it is compared with; absent: the gate compares nothing. */
  readonly other?: Pool;
}

/** `patient` false: what has not come by now does not come. */
export function judgeSamples(spec: GateSpec, hosts: readonly SampledHost[], patient: boolean): Assessment {
  const found = subjectsOf(spec, hosts).map((subject) => judgeOne(spec, subject, patient));
  const first = (outcome: Assessment['outcome']): Assessment | undefined =>
    found
      .filter((one) => one.outcome === outcome)
      .sort((a, b) => valueOf(spec, b) - valueOf(spec, a))
      .at(0);
  const missing = patient
    ? { outcome: 'waiting' as const, reason: 'no agent has samples of it yet' }
    : noData(spec, 'no agent has samples of it');
  return first('fail') ?? first('waiting') ?? first('inconclusive') ?? first('pass') ?? missing;
}

const valueOf = (spec: GateSpec, one: Assessment): number =>
  'value' in one ? (spec.compare === undefined ? badness(spec, one.value) : one.value) : 0;

function judgeOne(spec: GateSpec, subject: Subject, patient: boolean): Assessment {
  const { since, other, host, agent } = subject;
  const where = `${agent} on ${host}`;
  const few = (pool: Pool): boolean => countOf(pool) < spec.minSamples;
  if (few(since)) return lacking(spec, where, since, patient);
  // What was before the switch grows no more.
  if (other !== undefined && few(other)) {
    const side = spec.compare === 'before' ? `${where} before its switch` : `${agent} on the hosts not yet switched`;
    return lacking(spec, side, other, patient && spec.compare === 'hosts');
  }
  const measure = measureOf(spec, since.kind);
  const value = measure.value(since);
  if (value === undefined) return lacking(spec, where, since, patient);
  const samples = countOf(since);
  const { limitWords: shown = shownNumber } = measure;
  const breach = breachOf(spec, value);
  if (breach !== undefined) {
    const { limit, words } = breach;
    const reason = `${where}: ${measure.words(value)}, ${words} ${shown(limit)}`;
    return { outcome: 'fail', reason, value, limit, samples, host, agent };
  }
  if (other !== undefined) return { ...judgeComparison(spec, measure, where, since, other), host, agent };
  const reason = `${where}: ${measure.words(value)}, within ${limitWords(spec, shown)}`;
  return { outcome: 'pass', reason, value, samples, host, agent, ...limitOf(spec) };
}

function lacking(spec: GateSpec, where: string, pool: Pool, patient: boolean): Assessment {
  const reason = `${where} has ${countOf(pool)} samples of ${spec.minSamples}`;
  return patient ? { outcome: 'waiting', reason } : noData(spec, reason);
}

/** Who has no such samples is nobody's concern, unless the gate names it. */
function subjectsOf(spec: GateSpec, hosts: readonly SampledHost[]): readonly Subject[] {
  const unswitched = hosts.filter(({ switched }) => !switched);
  return hosts
    .filter(({ switched }) => switched)
    .flatMap(({ host, samples }) =>
      agentsOf(spec, samples).flatMap((agent) => {
        const since = poolOf(spec, [samples], agent, 'since');
        const other = otherOf(spec, agent, samples, unswitched, since);
        const isNew = isIncomparable(spec, agent, other, unswitched);
        const isSilent = countOf(since) === 0 && (other === undefined || countOf(other) === 0);
        if (spec.agents === undefined && (isNew || isSilent)) return [];
        return [{ host, agent, since, ...(other === undefined ? {} : { other }) }];
      }),
    );
}

/** Nothing of it was there before, or is anywhere else. */
function isIncomparable(
  { compare }: GateSpec,
  agent: string,
  other: Pool | undefined,
  unswitched: readonly SampledHost[],
): boolean {
  if (compare === 'before') return other === undefined || countOf(other) === 0;
  return compare === 'hosts' && !unswitched.some(({ samples }) => samples.agents.some((one) => one.agent === agent));
}

/** Those that the host has; where the gate names some, these of them. */
function agentsOf(spec: GateSpec, { agents }: HostSamples): readonly string[] {
  const there = [...new Set(agents.map(({ agent }) => agent))];
  return spec.agents === undefined ? there : there.filter((agent) => spec.agents?.includes(agent));
}

function otherOf(
  spec: GateSpec,
  agent: string,
  own: HostSamples,
  unswitched: readonly SampledHost[],
  since: Pool,
): Pool | undefined {
  if (spec.compare === undefined) return undefined;
  if (spec.compare === 'before') return poolOf(spec, [own], agent, 'before');
  const oldest = Math.max(0, ...since.windows.flatMap(({ ageMs }) => ageMs));
  const pool = poolOf(
    spec,
    unswitched.map(({ samples }) => samples),
    agent,
    'since',
  );
  // Of the same time, whatever it was that all hosts went through then.
  return { ...pool, windows: pool.windows.map((window) => youngerThan(window, oldest)) };
}

function poolOf(spec: GateSpec, hosts: readonly HostSamples[], agent: string, side: 'before' | 'since'): Pool {
  const series = seriesOf(spec);
  const found = hosts
    .flatMap(({ agents }) => agents.filter((one) => one.agent === agent))
    .flatMap(({ metrics }) => metrics.filter(({ name }) => name === series));
  return { kind: found[0]?.kind ?? 'gauge', windows: found.map((one) => one[side]) };
}

function youngerThan(window: SampleWindow, ageMs: number): SampleWindow {
  const kept = <T>(list: readonly T[]): readonly T[] => list.filter((_, index) => (window.ageMs[index] ?? 0) <= ageMs);
  return {
    ageMs: kept(window.ageMs),
    spanMs: kept(window.spanMs),
    value: kept(window.value),
    incarnation: kept(window.incarnation),
  };
}
