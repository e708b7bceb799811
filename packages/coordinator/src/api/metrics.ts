/** The coordinator's own Prometheus metrics: gauges read when they are asked for, counters told by events. */
import { setTimeout as pause } from 'node:timers/promises';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { fleetHealth } from '@outrider/shared/domain/health-score.js';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { describedMetrics, type MetricWords } from '@outrider/shared/runtime/metric-words.js';
import { deliveryMetrics } from './delivery-metrics.js';
import type { Inside } from './inside.js';
import { countsByState, instancesOf } from './read-model.js';
import { rolloutMetrics } from './rollout-metrics.js';

const SECONDS = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200];
const TRY_AGAIN_MS = 1_000;

export class CoordinatorMetrics {
  private readonly registry = new Registry();
  private readonly ending = new AbortController();
  /** When the moment began that an event will end, by rollout. */
  private readonly pausedAt = new Map<string, number>();
  private readonly failedAt = new Map<string, number>();
  private readonly rollouts = this.counter('outrider_rollouts_total', 'Rollouts that have ended.', ['app', 'result']);
  private readonly rollbacks = this.counter(
    'outrider_rollbacks_total',
    'Ways back that were begun: asked for, failed or aborted, with the strategy of the way back.',
    ['app', 'strategy', 'cause'],
  );
  private readonly health = { pass: 0, fail: 0 };
  private readonly seconds = this.histogram('outrider_rollout_seconds', 'How long rollouts took.');
  private readonly paused = this.histogram(
    'outrider_rollout_paused_seconds',
    'Time in manual pause, until it is resumed, taken back or ended.',
  );
  private readonly recovery = this.histogram('outrider_recovery_seconds', 'From a failure to all hosts being back.');

  constructor(private readonly inside: Inside) {
    this.gauges();
    this.gates();
    this.transfers();
    deliveryMetrics(this.registry, this.inside);
    rolloutMetrics(this.registry, this.inside);
    void this.followEvents();
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** Each metric, whether or not it has a series yet. */
  described(): readonly MetricWords[] {
    return describedMetrics(this.registry.getMetricsAsArray());
  }

  close(): void {
    this.ending.abort();
  }

  private counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  private histogram(name: string, help: string): Histogram<'app'> {
    return new Histogram({ name, help, labelNames: ['app'], buckets: SECONDS, registers: [this.registry] });
  }

  /** A gauge whose series are made anew each time it is read: what is gone is gone. */
  private gauge<L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    read: (gauge: Gauge<L>) => Promise<void> | void,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      async collect() {
        this.reset();
        await read(this);
      },
    });
  }

  private gates(): void {
    const { health, inside } = this;
    new Counter({
      name: 'outrider_gate_samples_total',
      help: 'Verdicts of gates: pass, fail, inconclusive, error.',
      labelNames: ['gate', 'result'],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const result of ['pass', 'fail'] as const) {
          if (health[result] > 0) this.inc({ gate: 'health', result }, health[result]);
        }
        for (const { gate, result, count } of inside.gateCounts()) this.inc({ gate, result }, count);
      },
    });
  }

  private transfers(): void {
    const { contents } = this.inside;
    new Counter({
      name: 'outrider_release_bytes_sent_total',
      help: 'Contents of releases that were sent to hosts and other coordinators, as they went over the wire.',
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(contents.sentBytes());
      },
    });
  }

  private gauges(): void {
    const { fleet, rollouts, drifts } = this.inside;
    this.gauge('outrider_hosts', 'Hosts: up, suspect, down.', ['state'], (gauge) => {
      for (const state of ['up', 'suspect', 'down'] as const) gauge.set({ state }, 0);
      for (const host of fleet.hosts()) gauge.inc({ state: host.state });
    });
    this.gauge(
      'outrider_agents',
      'Instances of agents by state; away: their host is down or cut off, and nobody knows.',
      ['state'],
      (gauge) => {
        for (const [state, count] of countsByState(fleet)) gauge.set({ state }, count);
      },
    );
    this.gauge('outrider_fleet_health_score', 'Mean health of all agents, 0 to 1.', [], (gauge) => {
      gauge.set(fleetHealth(instancesOf(fleet)).score);
    });
    this.gauge('outrider_leader', 'Whether this coordinator leads.', [], (gauge) => {
      gauge.set(rollouts.leadership().isLeader ? 1 : 0);
    });
    this.gauge('outrider_redis_up', 'Whether Redis answers.', [], (gauge) => {
      gauge.set(rollouts.leadership().redis === 'up' ? 1 : 0);
    });
    this.gauge(
      'outrider_host_drifted',
      'Whether a host runs another release of an app than its rollouts have left there.',
      ['host', 'app'],
      (gauge) => {
        for (const { name: host, status } of fleet.hosts()) {
          for (const { app } of status?.apps ?? []) gauge.set({ host, app }, 0);
        }
        // Also of an app that the host knows nothing of.
        for (const { host, app } of drifts?.() ?? []) gauge.set({ host, app }, 1);
      },
    );
  }

  private async followEvents(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      try {
        for await (const event of this.inside.events.follow(0, undefined, signal)) this.count(event);
      } catch {
        // Redis is away; what happens meanwhile is in the stream, and counted by nobody.
      }
      await pause(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private count(event: OutriderEvent): void {
    const { type, rollout = '', app = '', data = {} } = event;
    const at = Date.parse(event.at);
    switch (type) {
      case 'rollout.started':
        if (data['kind'] === 'rollback') this.rollbacks.inc({ app, strategy: strategyIn(data), cause: 'asked' });
        return;
      case 'rollout.paused':
        // What stands still by itself says why.
        if (event.by === undefined || event.reason !== undefined) return;
        this.pausedAt.set(rollout, at);
        return;
      case 'rollout.resumed':
        this.observeSince(this.paused, this.pausedAt, rollout, app, at);
        return;
      case 'rollout.rolling_back':
        // It goes back already, and is counted.
        if (data['hastened'] === true) return;
        this.observeSince(this.paused, this.pausedAt, rollout, app, at);
        this.rollbacks.inc({ app, strategy: strategyIn(data), cause: event.by === undefined ? 'failed' : 'aborted' });
        this.failedAt.set(rollout, at);
        return;
      case 'rollout.rolled_back':
        this.observeSince(this.recovery, this.failedAt, rollout, app, at);
        this.ended('rolled_back', event);
        return;
      case 'rollout.succeeded':
        this.ended('succeeded', event);
        return;
      case 'rollout.aborted':
        this.ended('aborted', event);
        return;
      case 'rollout.stuck':
        this.ended('stuck', event);
        return;
      case 'rollout.gate.passed':
      case 'rollout.gate.failed':
        // The others are counted where they are asked, errors and all.
        if (data['gate'] === 'health') this.health[type === 'rollout.gate.passed' ? 'pass' : 'fail'] += 1;
        return;
      default:
    }
  }

  private ended(result: string, { rollout = '', app = '', data = {}, at }: OutriderEvent): void {
    this.observeSince(this.paused, this.pausedAt, rollout, app, Date.parse(at));
    this.rollouts.inc({ app, result });
    if (typeof data['seconds'] === 'number') this.seconds.observe({ app }, data['seconds']);
    this.failedAt.delete(rollout);
  }

  private observeSince(
    histogram: Histogram<'app'>,
    begun: Map<string, number>,
    rollout: string,
    app: string,
    at: number,
  ): void {
    const from = begun.get(rollout);
    if (from !== undefined) histogram.observe({ app }, (at - from) / 1000);
    begun.delete(rollout);
  }
}

/** Of a way back; earlier coordinators did not say. */
const strategyIn = ({ strategy }: Readonly<Record<string, unknown>>): string =>
  typeof strategy === 'string' ? strategy : 'immediate';
