/**
 * Looks at what the instances of agents with a `target` use, and orders more or fewer of them as agent/scaling.ts
 * decides. Remembers nothing beyond this process: after it, a cooldown passes first.
 */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { AppStatus, HostPhase, HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';
import type { ScalingSpec } from '@outrider/shared/domain/scaling.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { decideReplicas, type ScalingMemory } from '../agent/scaling.js';
import type { HostControl, SampleSource } from '../link/ports.js';

export interface AutoscalerOptions {
  readonly clock: Pick<Clock, 'sinceBoot' | 'after'>;
  readonly host: Pick<HostControl, 'status' | 'scale'>;
  /** Undefined: it is not on this disk. */
  readonly spec: (app: string, release: ReleaseRef) => HostSpec | undefined;
  /** Of each session at this moment, by the pid of its leader. */
  readonly figures: () => ReadonlyMap<number, Used>;
  readonly samples: SampleSource;
  readonly warn: (sentence: string) => void;
}

export interface Used {
  readonly memoryBytes: number;
  /** Since it began. */
  readonly cpuSeconds: number;
}

/** The period of Kubernetes. */
const LONGEST_PERIOD_MS = 15_000;
/** A hundredth of a second is what processor time is counted in. */
const SHORTEST_PERIOD_MS = 500;
/** A cooldown has some looks in it. */
const LOOKS = 4;
/** A gauge that was not said for so long is not known any more. */
const GAUGE_HOLDS_MS = 60_000;
const BY = 'metric';
const AT_REST: ReadonlySet<HostPhase> = new Set(['idle', 'staging', 'staged', 'committed']);

interface Scalable {
  readonly app: AppStatus;
  readonly agent: HostAgent;
  readonly scaling: ScalingSpec;
}

interface Mark {
  readonly at: number;
  readonly cpuSeconds: number;
}

export class Autoscaler {
  /** By `APP/AGENT`; forgotten as soon as it may not be scaled. */
  private memories = new Map<string, ScalingMemory>();
  private marks = new Map<string, Mark>();
  /** By the same; until the load asks for no more than there are. */
  private readonly unmet = new Map<string, string>();
  private cancel: () => void = () => undefined;

  constructor(private readonly options: AutoscalerOptions) {}

  start(): void {
    const again = (scalable: readonly Scalable[]): void => {
      this.cancel = this.options.clock.after(periodOf(scalable), () => again(this.look()));
    };
    again([]);
  }

  stop(): void {
    this.cancel();
  }

  /** Sentences about agents that would need more instances than this host can run. */
  problems(): readonly string[] {
    return [...this.unmet.values()];
  }

  private look(): readonly Scalable[] {
    const status = this.options.host.status();
    const scalable = this.scalableOf(status);
    const [memories, marks] = [this.memories, this.marks];
    this.memories = new Map<string, ScalingMemory>();
    this.marks = new Map<string, Mark>();
    const keys = new Set(scalable.map(keyOf));
    for (const key of this.unmet.keys()) if (!keys.has(key)) this.unmet.delete(key);
    if (scalable.length === 0) return [];
    const [at, used] = [this.options.clock.sinceBoot(), this.options.figures()];
    for (const one of scalable) {
      const key = keyOf(one);
      const replicas = one.app.agents.find(({ name }) => name === one.agent.name)?.replicas ?? one.agent.replicas;
      const there = status.instances.filter((instance) => isCounted(instance, one, replicas));
      const instances = there.map((instance) => ({
        ready: instance.ready,
        values: this.valuesOf(instance, one, { at, used: used.get(instance.pid), marks }),
      }));
      const decision = decideReplicas(one.scaling, memories.get(key), { at, replicas, instances });
      const { memory } = decision;
      if ((memory.asked.at(-1)?.replicas ?? Infinity) <= replicas) this.unmet.delete(key);
      const isDone = decision.replicas === replicas || this.order(one, replicas, decision);
      this.memories.set(key, isDone ? memory : { replicas, since: at, asked: [] });
    }
    return scalable;
  }

  /** None while people or a rollout decide what runs here. */
  private scalableOf({ apps, hold }: HostStatus): readonly Scalable[] {
    if (hold !== undefined) return [];
    return apps.flatMap((app) => {
      const { active, phase } = app;
      if (active === undefined || !AT_REST.has(phase)) return [];
      const agents = this.options.spec(app.app, active)?.agents ?? [];
      return agents.flatMap((agent) =>
        agent.scaling === undefined || agent.scaling.targets.length === 0
          ? []
          : [{ app, agent, scaling: agent.scaling }],
      );
    });
  }

  private valuesOf(
    instance: InstanceStatus,
    { agent: { resources }, scaling }: Scalable,
    { at, used, marks }: { readonly at: number; readonly used: Used | undefined; readonly marks: Map<string, Mark> },
  ): ReadonlyMap<string, number> {
    const values = new Map<string, number>();
    if (used !== undefined && instance.incarnation !== '') {
      const before = marks.get(instance.incarnation);
      this.marks.set(instance.incarnation, { at, cpuSeconds: used.cpuSeconds });
      // What has ended unseen took its seconds with it.
      const seconds = before === undefined ? -1 : used.cpuSeconds - before.cpuSeconds;
      if (before !== undefined && seconds >= 0 && at > before.at) {
        values.set('cpu', (seconds * 100_000) / (at - before.at) / (resources?.cpus ?? 1));
      }
      if (resources?.memoryBytes !== undefined) {
        values.set('memory', (used.memoryBytes * 100) / resources.memoryBytes);
      }
    }
    const gauges = scaling.targets.flatMap(({ metric }) => (metric.startsWith('bus:') ? [metric] : []));
    if (gauges.length > 0) for (const [name, value] of this.gaugesOf(instance, gauges)) values.set(name, value);
    return values;
  }

  private gaugesOf({ app, agent, instance }: InstanceStatus, names: readonly string[]): readonly [string, number][] {
    const { agents } = this.options.samples.samples(app, names);
    const own = agents.find((one) => one.agent === agent && one.instance === instance);
    return (own?.metrics ?? []).flatMap(({ name, kind, since }): [string, number][] => {
      const [value, age] = [since.value.at(-1), since.ageMs.at(-1)];
      const isKnown = kind === 'gauge' && value !== undefined && age !== undefined && age <= GAUGE_HOLDS_MS;
      return isKnown ? [[name, value]] : [];
    });
  }

  /** As many of them as the host has room for. False: none. */
  private order(
    one: Scalable,
    from: number,
    { replicas: wanted, reason }: { readonly replicas: number; readonly reason: string },
  ): boolean {
    const { app, agent } = { app: one.app.app, agent: one.agent.name };
    const step = wanted > from ? -1 : 1;
    let problem = '';
    for (let replicas = wanted; replicas !== from; replicas += step) {
      try {
        this.options.host.scale({ app, agent, replicas, by: BY, reason });
        if (replicas === wanted) this.unmet.delete(keyOf(one));
        return true;
      } catch (error) {
        if (!(error instanceof OutriderError)) throw error;
        problem ||= `${agent} would need ${wanted} instances by its load (${reason}): ${error.message}`;
        if (!this.unmet.has(keyOf(one))) this.options.warn(problem);
        this.unmet.set(keyOf(one), problem);
      }
    }
    return false;
  }
}

const keyOf = ({ app, agent }: Scalable): string => `${app.app}/${agent.name}`;

const isCounted = ({ app, agent, instance, kept }: InstanceStatus, one: Scalable, replicas: number): boolean =>
  app === one.app.app && agent === one.agent.name && instance < replicas && kept !== true;

function periodOf(scalable: readonly Scalable[]): number {
  const shortest = Math.min(LONGEST_PERIOD_MS * LOOKS, ...scalable.map(({ scaling }) => scaling.cooldownMs));
  return Math.max(SHORTEST_PERIOD_MS, shortest / LOOKS);
}
