/**
 * What Prometheus sees of a sidecar. What happens is counted when it happens; what is, is read from the status at
 * each scrape. Series of what is gone are removed.
 */
import type { HostStatus, StagedBytes } from '@outrider/shared/domain/host.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { HealthTrend } from '@outrider/shared/domain/trend.js';
import { describedMetrics, type MetricWords } from '@outrider/shared/runtime/metric-words.js';
import { Counter, Gauge, Registry } from 'prom-client';
import type { SupervisionMetrics } from '../link/ports.js';
import { BusMetrics, type BusMetric, keyOf, type MetricSpeaker } from './bus-metrics.js';
import { CountedSeries } from './counted.js';
import { EventLoopLag } from './event-loop-lag.js';
import type { HostFigures } from './host-figures.js';
import { InstanceGauges } from './instance-gauges.js';

const RESTART_BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const PROBE_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export interface SidecarMetricsOptions {
  readonly host: string;
  readonly version: string;
  readonly monotonic: () => number;
}

/** What is read at a scrape; known only once the rest has been put together. */
export interface MetricsSources {
  readonly status: () => HostStatus;
  readonly figures: () => HostFigures | undefined;
  /** What is on its way to a limit; absent: nobody looks. */
  readonly trends?: () => readonly HealthTrend[];
  readonly events: () => { readonly redisUp: boolean; readonly waiting: number; readonly dropped: number };
}

export class SidecarMetrics implements Omit<SupervisionMetrics, 'judged'> {
  readonly type: string;
  private readonly registry = new Registry();
  private readonly counted = new CountedSeries(this.registry);
  private readonly bus = new BusMetrics(this.registry);
  private readonly instances: InstanceGauges;
  private readonly lag: EventLoopLag;
  private readonly count;
  private readonly own;
  private sources: MetricsSources | undefined;

  constructor({ host, version, monotonic }: SidecarMetricsOptions) {
    this.type = this.registry.contentType;
    this.registry.setDefaultLabels({ host });
    this.instances = new InstanceGauges(this.registry, monotonic);
    this.count = counters(this.counted);
    this.own = ownSeries(this.registry);
    this.own.info.set({ version }, 1);
    this.lag = new EventLoopLag(monotonic);
  }

  connect(sources: MetricsSources): void {
    this.sources = sources;
  }

  /** Adds up how long agents were available; to be told of each change. */
  changed(): void {
    if (this.sources !== undefined) this.instances.accrue(this.sources.status().instances);
  }

  started(app: string, agent: string, count: number): void {
    this.count.starts({ app, agent }, count);
  }

  exited(app: string, agent: string, cause: string, count: number): void {
    this.count.exits({ app, agent, cause }, count);
  }

  restarted(app: string, agent: string, seconds: number): void {
    this.count.restartSeconds({ app, agent }, seconds);
  }

  probed(app: string, agent: string, seconds: number, failed: boolean): void {
    this.count.probeSeconds({ app, agent }, seconds);
    if (failed) this.count.probeFailures({ app, agent });
  }

  heard(speaker: MetricSpeaker): void {
    this.instances.beat(speaker);
  }

  error({ app, agent }: MetricSpeaker, severity: string): void {
    this.count.errors({ app, agent, severity });
  }

  /** Of all that happens here, what is counted by its event. */
  happened({ type, app = '', agent = '', data }: OutriderEvent): void {
    if (type !== 'agent.scaled') return;
    this.count.scalings({ app, agent, direction: Number(data?.['to']) > Number(data?.['from']) ? 'up' : 'down' });
  }

  staged({ bytesFromCoordinators, bytesFromPeers, bytesReused }: StagedBytes): void {
    const { staged } = this.own;
    staged.inc({ from: 'coordinator' }, bytesFromCoordinators);
    staged.inc({ from: 'peer' }, bytesFromPeers);
    staged.inc({ from: 'here' }, bytesReused);
  }

  /** To other hosts. */
  sent(bytes: number): void {
    this.own.blobsSent.inc(bytes);
  }

  metric(speaker: MetricSpeaker, metric: BusMetric): boolean {
    return this.bus.set(speaker, metric);
  }

  frame(result: string): void {
    this.own.frames.inc({ result });
  }

  /** Each metric, whether or not it has a series yet. What agents send is not among them. */
  described(): readonly MetricWords[] {
    return describedMetrics(this.registry.getMetricsAsArray());
  }

  async text(): Promise<string> {
    const { sources } = this;
    if (sources !== undefined) {
      const status = sources.status();
      this.prune(status);
      this.instances.show(status.instances);
      this.show(status, sources);
      this.foretell(sources.trends?.() ?? []);
    }
    return this.registry.metrics();
  }

  close(): void {
    this.lag.stop();
  }

  private prune(status: HostStatus): void {
    const there = new Set([
      ...status.instances.map(keyOf),
      ...status.apps.flatMap(({ app, agents }) => agents.map(({ name }) => keyOf({ app, agent: name }))),
      ...OWN,
    ]);
    this.counted.prune((agent) => there.has(agent));
    const instances = new Map<string, Set<number>>();
    for (const one of status.instances) {
      instances.set(keyOf(one), (instances.get(keyOf(one)) ?? new Set()).add(one.instance));
    }
    this.bus.prune(
      (agent) => there.has(agent),
      (agent) => (OWN.includes(agent) ? undefined : (instances.get(agent) ?? new Set())),
    );
  }

  private foretell(trends: readonly HealthTrend[]): void {
    const { trend } = this.own;
    trend.reset();
    for (const { app, agent, instance, metric, hours } of trends) {
      trend.set({ app, agent, instance: String(instance), metric }, hours);
    }
  }

  private show(status: HostStatus, { figures, events }: MetricsSources): void {
    const { release, replicas, cpu, memory, disk, received, sent, lag, redis, waiting, dropped } = this.own;
    release.reset();
    replicas.reset();
    for (const { app, phase, active, candidate, agents } of status.apps) {
      for (const agent of agents) replicas.set({ app, agent: agent.name }, agent.replicas);
      if (active !== undefined) release.set({ app, version: active.version, phase }, 1);
      if (candidate !== undefined) release.set({ app, version: candidate.version, phase: 'candidate' }, 1);
    }
    const host = figures();
    if (host !== undefined) {
      const { cpuPercent, memoryPercent, diskPercent } = host.system();
      cpu.set(cpuPercent);
      memory.set(memoryPercent);
      disk.set(diskPercent);
      received.reset();
      sent.reset();
      for (const { device, receivedBytes, sentBytes } of host.network()) {
        received.inc({ device }, receivedBytes);
        sent.inc({ device }, sentBytes);
      }
    }
    lag.set(this.lag.take());
    const spool = events();
    redis.set(spool.redisUp ? 1 : 0);
    waiting.set(spool.waiting);
    dropped.set(spool.dropped);
  }
}

/** Belongs to no release and is always there: programs on the external bus. */
const OWN = [keyOf({ app: '', agent: 'external' })];

const EXITS =
  'Ends that nobody asked for, by cause: exit_N, a signal, oom_kill, failed_probe, watchdog, start_timeout ...';

function counters(counted: CountedSeries) {
  const agent = ['app', 'agent'];
  return {
    starts: counted.counter('outrider_agent_starts_total', 'Its starts.', agent),
    exits: counted.counter('outrider_agent_exits_total', EXITS, [...agent, 'cause']),
    restartSeconds: counted.histogram('outrider_agent_restart_seconds', 'Death to running again.', RESTART_BUCKETS),
    probeSeconds: counted.histogram('outrider_probe_seconds', 'Time of one probe.', PROBE_BUCKETS),
    probeFailures: counted.counter('outrider_probe_failures_total', 'Probes that failed.', agent),
    errors: counted.counter('outrider_errors_total', 'Errors reported on the bus.', [...agent, 'severity']),
    scalings: counted.counter('outrider_agent_scalings_total', 'Changes of its replicas.', [...agent, 'direction']),
  };
}

function ownSeries(registry: Registry) {
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers: [registry] });
  return {
    frames: counter('outrider_bus_frames_total', 'Frames on the bus by what became of them.', ['result']),
    staged: counter('outrider_stage_bytes_total', 'Contents of releases that were staged, by where they came from.', [
      'from',
    ]),
    blobsSent: counter('outrider_release_bytes_sent_total', 'Contents of releases that were sent to other hosts.', []),
    info: gauge('outrider_sidecar_info', 'This sidecar; always 1.', ['version']),
    release: gauge('outrider_release_info', 'Releases of this host; always 1. Phase candidate: on trial.', [
      'app',
      'version',
      'phase',
    ]),
    trend: gauge('outrider_trend_hours', 'Until it reaches its limit, as it goes; the host itself has no agent.', [
      ...(['app', 'agent', 'instance', 'metric'] as const),
    ]),
    replicas: gauge('outrider_agent_replicas', 'Instances that should run of the active release.', ['app', 'agent']),
    cpu: gauge('system_cpu_usage_percent', 'CPU usage percentage, of all processors.'),
    memory: gauge('system_memory_usage_percent', 'Memory usage percentage.'),
    disk: gauge('system_disk_usage_percent', 'Disk usage percentage, of the file system of data_dir.'),
    received: counter('system_network_receive_bytes_total', 'Bytes received since boot.', ['device']),
    sent: counter('system_network_transmit_bytes_total', 'Bytes sent since boot.', ['device']),
    lag: gauge('outrider_event_loop_lag_seconds', 'Longest delay of the event loop since the last scrape.'),
    redis: gauge('outrider_redis_up', 'Whether Redis answers.'),
    waiting: gauge('outrider_events_waiting', 'Events that Redis has not taken yet.'),
    dropped: gauge('outrider_events_dropped', 'Events dropped because Redis was away too long.'),
  };
}
