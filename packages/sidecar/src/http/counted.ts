/** Series with the labels `app` and `agent` that count what happens, and forget agents that are no more. */
import type { Registry } from 'prom-client';
import { Counter, Histogram } from 'prom-client';
import { keyOf } from './bus-metrics.js';

interface Removable {
  remove(labels: Partial<Record<string, string | number>>): void;
}

export class CountedSeries {
  private readonly seen = new Map<string, Map<string, () => void>>();

  constructor(private readonly registry: Registry) {}

  counter(name: string, help: string, labelNames: readonly string[]): (labels: CountedLabels, by?: number) => void {
    const metric = new Counter({ name, help, labelNames, registers: [this.registry] });
    return (labels, by = 1) => {
      metric.inc({ ...labels }, by);
      this.remember(name, metric, labels);
    };
  }

  histogram(name: string, help: string, buckets: number[]): (labels: CountedLabels, value: number) => void {
    const metric = new Histogram({ name, help, labelNames: ['app', 'agent'], buckets, registers: [this.registry] });
    return (labels, value) => {
      metric.observe({ ...labels }, value);
      this.remember(name, metric, labels);
    };
  }

  prune(isThere: (agent: string) => boolean): void {
    for (const [agent, removals] of this.seen) {
      if (isThere(agent)) continue;
      for (const remove of removals.values()) remove();
      this.seen.delete(agent);
    }
  }

  private remember(name: string, metric: Removable, labels: CountedLabels): void {
    const agent = keyOf(labels);
    const removals = this.seen.get(agent) ?? new Map<string, () => void>();
    this.seen.set(agent, removals);
    const key = `${name}${JSON.stringify(labels)}`;
    if (!removals.has(key)) removals.set(key, () => metric.remove({ ...labels }));
  }
}

export interface CountedLabels {
  readonly app: string;
  readonly agent: string;
  readonly [label: string]: string;
}
