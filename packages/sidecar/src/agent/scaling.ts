/**
 * How many instances an agent should have by what they use. The rule is that of the Kubernetes Horizontal Pod Autoscaler
 * (kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale, "Algorithm details"): so many that the
 * mean of each metric comes to its target, the largest number over the metrics. Decides on figures; takes none.
 */
import type { ScalingSpec, ScalingTarget } from '@outrider/shared/domain/scaling.js';

/** So far from its target a metric changes nothing. */
const TOLERANCE = 0.1;
/** At most so many times as many at once. */
const LARGEST_STEP = 2;
/** What floating point makes of a whole number is rounded up to no further one. */
const ROUNDING = 1e-9;

/** One look at an agent. */
export interface Load {
  /** Milliseconds of a clock that never jumps. */
  readonly at: number;
  /** As many as should run. */
  readonly replicas: number;
  /** Those that do run. */
  readonly instances: readonly {
    readonly ready: boolean;
    /** By metric; absent: not known. */
    readonly values: ReadonlyMap<string, number>;
  }[];
}

/** What is remembered of an agent from look to look. */
export interface ScalingMemory {
  readonly replicas: number;
  /** When it got as many, or was looked at first. */
  readonly since: number;
  /** What each look since then asked for, oldest first, none older than the cooldown but the first. */
  readonly asked: readonly { readonly at: number; readonly replicas: number }[];
}

export interface ScalingDecision {
  readonly memory: ScalingMemory;
  /** As many as there should be from now on. */
  readonly replicas: number;
  /** Of a change, for people; '' where there is none. */
  readonly reason: string;
}

/**
 * `before` undefined: it was not looked at, or not all the time; a cooldown passes before anything is changed. Whatever
 * else has changed the number begins a cooldown too.
 */
export function decideReplicas(spec: ScalingSpec, before: ScalingMemory | undefined, load: Load): ScalingDecision {
  const { at, replicas } = load;
  const known = before?.replicas === replicas ? before : { replicas, since: at, asked: [] };
  const { asked: wish, reason } = wishOf(spec, load);
  const asked = [...windowOf(known.asked, at - spec.cooldownMs), { at, replicas: wish }];
  const memory = { ...known, asked };
  const next = at - known.since < spec.cooldownMs ? replicas : within(spec, settled(asked, spec, load), replicas);
  if (next === replicas) return { memory, replicas, reason: '' };
  return { memory: { replicas: next, since: at, asked: [] }, replicas: next, reason };
}

/** What lies before the window goes, but for the last that was asked before it: that one held when it began. */
function windowOf(asked: ScalingMemory['asked'], from: number): ScalingMemory['asked'] {
  const first = asked.findLastIndex((one) => one.at <= from);
  return first <= 0 ? asked : asked.slice(first);
}

/** More at once; fewer only if nothing more was asked for during the whole window. */
function settled(asked: ScalingMemory['asked'], { cooldownMs }: ScalingSpec, { at, replicas }: Load): number {
  const latest = asked.at(-1)?.replicas ?? replicas;
  if (latest >= replicas) return latest;
  const isWhole = (asked[0]?.at ?? at) <= at - cooldownMs;
  return isWhole ? Math.min(replicas, Math.max(...asked.map((one) => one.replicas))) : replicas;
}

const within = ({ min, max }: ScalingSpec, wish: number, replicas: number): number =>
  Math.min(max, Math.max(min, Math.min(wish, replicas * LARGEST_STEP)));

interface Proposal {
  readonly target: ScalingTarget;
  readonly mean: number;
  readonly replicas: number;
}

/** No data, no change; where some of it is missing, nothing is taken away. */
function wishOf(spec: ScalingSpec, load: Load): { readonly asked: number; readonly reason: string } {
  const proposals = spec.targets.map((target) => proposalOf(target, load));
  const known = proposals.filter((proposal): proposal is Proposal => proposal !== undefined);
  const [first, ...others] = known;
  if (first === undefined) return { asked: load.replicas, reason: '' };
  const largest = others.reduce((most, one) => (one.replicas > most.replicas ? one : most), first);
  const isPartial = known.length < proposals.length && largest.replicas < load.replicas;
  return { asked: isPartial ? load.replicas : largest.replicas, reason: reasonOf(largest) };
}

/**
 * What is not ready or gives no value is no part of the mean; where more are asked for it counts as doing nothing, where
 * fewer are as doing just what it should, so that neither is asked for because of it. Undefined: no value at all.
 */
function proposalOf(target: ScalingTarget, { instances, replicas }: Load): Proposal | undefined {
  const values = instances.flatMap(({ ready, values: of }) => (ready ? (of.get(target.metric) ?? []) : []));
  if (values.length === 0) return undefined;
  const sum = values.reduce((total, value) => total + value, 0) / target.value;
  const mean = (sum * target.value) / values.length;
  const ratio = sum / values.length;
  const silent = Math.max(0, Math.max(replicas, instances.length) - values.length);
  const work = ratio > 1 ? sum : sum + silent;
  const all = work / (values.length + silent);
  const isSteady = [ratio, all].some((one) => Math.abs(one - 1) <= TOLERANCE) || all > 1 !== ratio > 1;
  return { target, mean, replicas: isSteady ? replicas : Math.ceil(work - ROUNDING) };
}

function reasonOf({ target: { metric, value }, mean }: Proposal): string {
  const unit = metric.startsWith('bus:') ? '' : '%';
  const shown = mean >= 10 ? Math.round(mean) : Math.round(mean * 100) / 100;
  return `${metric.replace(/^bus:/, '')} is at ${shown}${unit} of each instance, its target is ${value}${unit}`;
}
