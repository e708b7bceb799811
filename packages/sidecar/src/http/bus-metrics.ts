/** Metrics that agents send over the bus, as `outrider_agent_metric_NAME`. Bounded: at most 100 names an agent. */
import { Counter, Gauge, type Registry } from 'prom-client';

const MOST_NAMES = 100;
const PREFIX = 'outrider_agent_metric_';

export interface MetricSpeaker {
  readonly app: string;
  readonly agent: string;
  readonly instance: number;
}

export interface BusMetric {
  readonly name: string;
  /** Of a counter, its total since the agent's start. */
  readonly value: number;
  readonly kind: 'counter' | 'gauge';
}

type Labels = 'app' | 'agent' | 'instance';
const LABELS: readonly Labels[] = ['app', 'agent', 'instance'];

interface Series {
  readonly kind: BusMetric['kind'];
  readonly metric: Counter<Labels> | Gauge<Labels>;
  /** Agents (`APP/AGENT`) to the instances that have a value. */
  readonly speakers: Map<string, Set<number>>;
}

export class BusMetrics {
  private readonly series = new Map<string, Series>();
  private readonly namesOf = new Map<string, Set<string>>();

  constructor(private readonly registry: Registry) {}

  /** False: this agent has 100 names already, or the name is of another kind. */
  set(speaker: MetricSpeaker, { name, value, kind }: BusMetric): boolean {
    const full = `${PREFIX}${kind === 'counter' && !name.endsWith('_total') ? `${name}_total` : name}`;
    const agent = keyOf(speaker);
    const names = this.namesOf.get(agent) ?? new Set();
    if (!names.has(full) && names.size >= MOST_NAMES) return false;
    const series = this.series.get(full) ?? this.create(full, kind);
    if (series.kind !== kind) return false;
    this.namesOf.set(agent, names.add(full));
    series.speakers.set(agent, (series.speakers.get(agent) ?? new Set()).add(speaker.instance));
    const labels = labelsOf(speaker);
    if (series.metric instanceof Gauge) series.metric.set(labels, value);
    else {
      series.metric.remove(labels);
      series.metric.inc(labels, value);
    }
    return true;
  }

  /** Removes what agents and instances that are no more have said. `instancesOf` an agent (`APP/AGENT`); undefined: any. */
  prune(isThere: (agent: string) => boolean, instancesOf: (agent: string) => ReadonlySet<number> | undefined): void {
    for (const agent of this.namesOf.keys()) if (!isThere(agent)) this.namesOf.delete(agent);
    for (const [full, { metric, speakers }] of this.series) {
      for (const [agent, instances] of speakers) {
        const stays = isThere(agent) ? instancesOf(agent) : new Set<number>();
        if (stays === undefined) continue;
        const [app = '', name = ''] = agent.split('/');
        for (const instance of [...instances].filter((one) => !stays.has(one))) {
          metric.remove(labelsOf({ app, agent: name, instance }));
          instances.delete(instance);
        }
        if (instances.size === 0) speakers.delete(agent);
      }
      if (speakers.size > 0) continue;
      this.registry.removeSingleMetric(full);
      this.series.delete(full);
    }
  }

  private create(name: string, kind: BusMetric['kind']): Series {
    const options = { name, help: 'Sent by agents over the bus.', labelNames: LABELS, registers: [this.registry] };
    const metric = kind === 'gauge' ? new Gauge(options) : new Counter(options);
    const series: Series = { kind, metric, speakers: new Map() };
    this.series.set(name, series);
    return series;
  }
}

export const keyOf = ({ app, agent }: Pick<MetricSpeaker, 'app' | 'agent'>): string => `${app}/${agent}`;

const labelsOf = ({ app, agent, instance }: MetricSpeaker): Record<Labels, string> => ({
  app,
  agent,
  instance: String(instance),
});
