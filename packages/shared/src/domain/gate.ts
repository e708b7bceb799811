/** Conditions that must hold while a rollout is on trial, and the samples of agents by which they are judged. */

/** What sidecars sample of every instance, beside the metrics that agents send over the bus. */
export const GATE_METRICS = [
  'agent_restarts',
  'unready_seconds',
  'errors_per_minute',
  'probe_seconds',
  'memory_growth',
] as const;
export type GateMetric = (typeof GATE_METRICS)[number];

/** `before`: the same agent on the same host before its switch. `hosts`: the hosts that are not switched yet. */
export type GateComparison = 'before' | 'hosts';

export type GateQuestion =
  | { readonly kind: 'metric'; readonly metric: GateMetric }
  /** A metric that agents send over the bus. */
  | { readonly kind: 'bus'; readonly name: string }
  | { readonly kind: 'promql'; readonly query: string }
  /** At least one word; runs on the coordinator. */
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  | { readonly kind: 'webhook'; readonly url: string };

/** What becomes of a gate that gets no data. */
export type NoData = 'fail' | 'inconclusive' | 'pass';

export interface GateSpec {
  /** Unique within its rollout; of one app of several `b/NAME`. */
  readonly name: string;
  /** Whose samples it is judged by, where the rollout is of several apps. */
  readonly app?: string;
  readonly ask: GateQuestion;
  /** Of metrics: only these agents. Absent: each. */
  readonly agents?: readonly string[];
  readonly max?: number;
  readonly min?: number;
  readonly compare?: GateComparison;
  /** Set where `compare` is. */
  readonly maxRatio?: number;
  /** Samples of each agent, on each side of a comparison, below which there is no verdict. */
  readonly minSamples: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Verdicts that it takes to pass, in each bake. */
  readonly count: number;
  /** Verdicts that may be bad in a bake. */
  readonly failureLimit: number;
  /** Errors in a row that are borne. */
  readonly errorLimit: number;
  readonly noData: NoData;
}

export const GATE_OUTCOMES = ['pass', 'fail', 'inconclusive', 'error'] as const;
export type GateOutcome = (typeof GATE_OUTCOMES)[number];

/** One answer of a gate. */
export interface GateVerdict {
  readonly outcome: GateOutcome;
  /** A sentence with the numbers in it. */
  readonly reason: string;
  /** The worst, or the one that broke the limit. */
  readonly value?: number;
  readonly limit?: number;
  /** How many samples `value` is made of. */
  readonly samples?: number;
  readonly host?: string;
  readonly agent?: string;
}

/** A gate in a rollout's record: what was planned, and how far it is in the present bake. */
export interface GateState {
  readonly name: string;
  readonly spec: GateSpec;
  /** Good verdicts, up to `count`. */
  readonly passed: number;
  readonly failed: number;
  /** In a row. */
  readonly errors: number;
  /** Of the last verdict. */
  readonly outcome?: GateOutcome;
  /** Of the last verdict, where it was not a good one. */
  readonly reason?: string;
}

/** One entry in each list for each sample, oldest first. */
export interface SampleWindow {
  /** Milliseconds before the answer. */
  readonly ageMs: readonly number[];
  /** The time that it speaks of, in milliseconds. */
  readonly spanMs: readonly number[];
  readonly value: readonly number[];
  /** Counts the processes of the instance that were seen. */
  readonly incarnation: readonly number[];
}

export interface MetricSamples {
  /** As `seriesOf` names it. */
  readonly name: string;
  /** Of a counter, each value is what was added in its span. */
  readonly kind: 'gauge' | 'counter';
  readonly before: SampleWindow;
  readonly since: SampleWindow;
}

export interface AgentSamples {
  readonly agent: string;
  readonly instance: number;
  readonly version: string;
  readonly metrics: readonly MetricSamples[];
}

export interface HostSamples {
  readonly periodMs: number;
  /** Whose switch parts `before` from `since`; absent: none is under way, and everything is `since`. */
  readonly rollout?: string;
  readonly agents: readonly AgentSamples[];
}

/** The series of samples that a gate is judged by; undefined: it needs none. */
export function seriesOf({ ask }: GateSpec): string | undefined {
  if (ask.kind === 'bus') return busSeries(ask.name);
  return ask.kind === 'metric' ? SERIES[ask.metric] : undefined;
}

export const busSeries = (name: string): string => `bus:${name}`;

/** What a metric of a gate is made of. */
const SERIES: Readonly<Record<GateMetric, string>> = {
  agent_restarts: 'restarts',
  unready_seconds: 'unready_seconds',
  errors_per_minute: 'errors',
  probe_seconds: 'probe_seconds',
  memory_growth: 'memory_bytes',
};
