/** What is true of each instance right now, as gauges; and how long it was ready, added up. */
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { MetricSpeaker } from './bus-metrics.js';
import { sessionFigures } from './session-figures.js';

const LABELS = ['app', 'agent', 'instance'] as const;
type Labels = (typeof LABELS)[number];

export class InstanceGauges {
  private readonly up;
  private readonly ready;
  private readonly overdue;
  private readonly state: Gauge<Labels | 'state'>;
  private readonly score;
  private readonly memory;
  private readonly cpu;
  private readonly available;
  private readonly beatAge;
  private readonly beats = new Map<string, { readonly speaker: MetricSpeaker; readonly at: number }>();
  private readonly figures;
  /** Those that were ready when we last looked, and when that was. */
  private last: { readonly at: number; readonly ready: readonly Record<Labels, string>[] } | undefined;
  private readonly seconds = new Map<string, { readonly labels: Record<Labels, string>; value: number }>();

  constructor(
    registry: Registry,
    private readonly monotonic: () => number,
  ) {
    const gauge = (name: string, help: string): Gauge<Labels> =>
      new Gauge({ name, help, labelNames: LABELS, registers: [registry] });
    const counter = (name: string, help: string): Counter<Labels> =>
      new Counter({ name, help, labelNames: LABELS, registers: [registry] });
    this.up = gauge('outrider_agent_up', 'Whether its process runs.');
    this.ready = gauge('outrider_agent_ready', 'Whether it is ready.');
    this.overdue = gauge('outrider_agent_overdue', 'Whether it should be ready by now, and is not.');
    this.state = new Gauge({
      name: 'outrider_agent_state',
      help: 'The state that it is in; always 1.',
      labelNames: [...LABELS, 'state'],
      registers: [registry],
    });
    this.score = gauge('outrider_agent_health_score', 'Share of its healthchecks that hold, 0 to 1.');
    this.memory = gauge('outrider_agent_memory_bytes', 'Resident memory of its session.');
    this.cpu = counter('outrider_agent_cpu_seconds_total', 'CPU time of its session.');
    this.available = counter('outrider_agent_available_seconds_total', 'Time during which it was ready.');
    this.beatAge = gauge('outrider_heartbeat_age_seconds', 'Since its last beat on the bus.');
    this.figures = sessionFigures(monotonic);
  }

  beat(speaker: MetricSpeaker): void {
    this.beats.set(keyOf(speaker), { speaker, at: this.monotonic() });
  }

  /** Adds the time since the last call to whatever was ready then. */
  accrue(instances: readonly InstanceStatus[]): void {
    const now = this.monotonic();
    for (const labels of this.last?.ready ?? []) {
      const key = JSON.stringify(labels);
      const sum = this.seconds.get(key) ?? { labels, value: 0 };
      sum.value += (now - (this.last?.at ?? now)) / 1000;
      this.seconds.set(key, sum);
    }
    const ready = instances.filter((one) => one.ready).map(labelsOf);
    // Old and new of a switch are one instance here.
    this.last = { at: now, ready: [...new Map(ready.map((labels) => [JSON.stringify(labels), labels])).values()] };
  }

  show(instances: readonly InstanceStatus[]): void {
    this.accrue(instances);
    this.reset();
    const figures = this.figures();
    const there = new Set<string>();
    const states = new Map<string, Record<Labels | 'state', string>>();
    // Old and new of a switch are one instance here: the one that is ready speaks for both.
    for (const one of [...instances].sort((a, b) => Number(a.ready) - Number(b.ready))) {
      const labels = labelsOf(one);
      const again = there.has(keyOf(one));
      there.add(keyOf(one));
      if (one.pid > 0 || !again) this.up.set(labels, one.pid > 0 ? 1 : 0);
      this.ready.set(labels, one.ready ? 1 : 0);
      this.overdue.set(labels, one.overdue ? 1 : 0);
      states.set(keyOf(one), { ...labels, state: one.state });
      this.score.set(labels, one.healthScore);
      const used = one.pid > 0 ? figures.get(one.pid) : undefined;
      if (used === undefined) continue;
      this.memory.inc(labels, used.memoryBytes);
      this.cpu.inc(labels, used.cpuSeconds);
    }
    for (const labels of states.values()) this.state.set(labels, 1);
    for (const [key, { labels, value }] of this.seconds) {
      if (there.has(keyOf(labels))) this.available.inc(labels, value);
      else this.seconds.delete(key);
    }
    for (const [key, { speaker, at }] of this.beats) {
      if (there.has(key)) this.beatAge.set(labelsOf(speaker), (this.monotonic() - at) / 1000);
      else this.beats.delete(key);
    }
  }

  private reset(): void {
    const { up, ready, overdue, state, score, memory, cpu, available, beatAge } = this;
    for (const metric of [up, ready, overdue, state, score, memory, cpu, available, beatAge]) metric.reset();
  }
}

const keyOf = ({ app, agent, instance }: { app: string; agent: string; instance: number | string }): string =>
  `${app}/${agent}.${instance}`;

const labelsOf = ({ app, agent, instance }: MetricSpeaker): Record<Labels, string> => ({
  app,
  agent,
  instance: String(instance),
});
