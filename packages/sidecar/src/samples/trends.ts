/** Looks every few minutes at what can run out, keeps some hours of it, and says what is on its way to its limit. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { formatDuration } from '@outrider/shared/domain/duration.js';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { crossing, type HealthTrend, type Sample, type TrendMetric } from '@outrider/shared/domain/trend.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { TrendFile } from './trend-file.js';

/** With the period of two minutes: three hours. */
const KEPT = 90;
/** Every so many looks they are written down, and when the sidecar ends: one that is killed loses these. */
const WRITE_EVERY = 10;
/** Of a host's memory and disk, in percent: what is above it is trouble already. */
const FULL_PERCENT = 95;
/** Of one instance, a minute: no agent.yaml says how many errors are too many. */
const MANY_ERRORS = 10;

export interface TrendsOptions {
  readonly host: string;
  readonly everyMs: number;
  readonly clock: Pick<Clock, 'sinceBoot' | 'after'>;
  readonly status: () => Pick<HostStatus, 'instances' | 'system'>;
  /** Resident memory of each session, by the pid of its leader. */
  readonly memory: () => ReadonlyMap<number, { readonly memoryBytes: number }>;
  /** What an agent may use; undefined: not known, or not here. */
  readonly limits: (app: string, agent: string) => Pick<HostAgent, 'resources' | 'healthchecks'> | undefined;
  /** What the last sidecar has seen, and where the next one finds it. */
  readonly file: Pick<TrendFile, 'read' | 'write'>;
}

interface Series {
  readonly samples: Sample[];
  limit: number | undefined;
  incarnation: string;
}

interface Counted {
  errors: number;
  seconds: number;
  probes: number;
}

type Place = Pick<HealthTrend, 'app' | 'agent' | 'instance'>;
const HOST: Place = { app: '', agent: '', instance: 0 };

export class Trends {
  private readonly series = new Map<string, Series>();
  private counted = new Map<string, Counted>();
  private lookedAt: number;
  private cancel: () => void = () => undefined;
  /** Until the next look. */
  private found: readonly HealthTrend[] | undefined;

  private looks = 0;

  constructor(private readonly options: TrendsOptions) {
    const { clock, everyMs, file } = options;
    this.lookedAt = clock.sinceBoot();
    const since = this.lookedAt - KEPT * everyMs;
    for (const [key, one] of file.read()) {
      const samples = one.samples.filter(({ at }) => at > since).slice(-KEPT);
      if (samples.length > 0) this.series.set(key, { ...one, samples });
    }
  }

  start(): void {
    this.cancel = this.options.clock.after(this.options.everyMs, () => {
      this.look();
      this.start();
    });
  }

  stop(): void {
    this.cancel();
    this.options.file.write(this.series);
  }

  probed(incarnation: string, seconds: number): void {
    const counted = this.of(incarnation);
    counted.seconds += seconds;
    counted.probes += 1;
  }

  failed(incarnation: string): void {
    this.of(incarnation).errors += 1;
  }

  look(): void {
    const { clock, status, memory } = this.options;
    const at = clock.sinceBoot();
    const minutes = Math.max(at - this.lookedAt, 1) / 60_000;
    const { instances, system } = status();
    const used = memory();
    const there = new Set<string>();
    const add = (place: Place, metric: TrendMetric, value: number | undefined, limit?: number, life = ''): void => {
      there.add(keyOf(place, metric));
      if (value !== undefined) this.add(keyOf(place, metric), { at, value }, limit, life);
    };
    // Zeros are what it says before its first look.
    if (system.memoryPercent > 0) add(HOST, 'memory', system.memoryPercent, FULL_PERCENT);
    if (system.diskPercent > 0) add(HOST, 'disk', system.diskPercent, FULL_PERCENT);
    for (const one of instances) {
      if (one.pid === 0 || one.kept === true) continue;
      const counted = this.counted.get(one.incarnation);
      const { resources, healthchecks = [] } = this.options.limits(one.app, one.agent) ?? {};
      add(one, 'memory', used.get(one.pid)?.memoryBytes, resources?.memoryBytes, one.incarnation);
      add(one, 'errors', (counted?.errors ?? 0) / minutes, MANY_ERRORS);
      const answers = counted === undefined || counted.probes === 0 ? undefined : counted.seconds / counted.probes;
      add(one, 'latency', answers, patienceOf(healthchecks), one.incarnation);
    }
    for (const key of this.series.keys()) if (!there.has(key)) this.series.delete(key);
    this.counted = new Map();
    this.lookedAt = at;
    this.found = undefined;
    this.looks += 1;
    if (this.looks % WRITE_EVERY === 0) this.options.file.write(this.series);
  }

  trends(): readonly HealthTrend[] {
    this.found ??= this.find();
    return this.found;
  }

  private find(): readonly HealthTrend[] {
    return [...this.series].flatMap(([key, { samples, limit }]) => {
      const found = limit === undefined ? undefined : crossing(samples, limit);
      if (limit === undefined || found === undefined) return [];
      const [app = '', agent = '', instance = '0', metric = ''] = key.split('\0');
      const place = { host: this.options.host, app, agent, instance: Number(instance) };
      const { now: value, perHour, hours } = found;
      const trend = { ...place, metric: metric as TrendMetric, value, limit, perHour, hours };
      return [{ ...trend, sentence: sentenceOf(trend) }];
    });
  }

  private of(incarnation: string): Counted {
    const counted = this.counted.get(incarnation) ?? { errors: 0, seconds: 0, probes: 0 };
    this.counted.set(incarnation, counted);
    return counted;
  }

  /** Another process begins anew: what its predecessor used has gone with it. */
  private add(key: string, sample: Sample, limit: number | undefined, incarnation: string): void {
    const known = this.series.get(key);
    const series = known?.incarnation === incarnation ? known : { samples: [], limit, incarnation };
    this.series.set(key, series);
    series.limit = limit;
    series.samples.push(sample);
    if (series.samples.length > KEPT) series.samples.shift();
  }
}

const keyOf = ({ app, agent, instance }: Place, metric: TrendMetric): string =>
  [app, agent, instance, metric].join('\0');

/** What takes longer has failed. */
function patienceOf(checks: HostAgent['healthchecks']): number | undefined {
  const asked = checks.filter(({ method }) => method.kind !== 'heartbeat' && method.kind !== 'notify');
  return asked.length === 0 ? undefined : Math.min(...asked.map(({ timeoutMs }) => timeoutMs)) / 1000;
}

const MIB = 1024 * 1024;

function sentenceOf({
  host,
  app,
  agent,
  instance,
  metric,
  value,
  limit,
  perHour,
  hours,
}: Omit<HealthTrend, 'sentence'>): string {
  const who = agent === '' ? host : `${app}/${agent}.${instance} on ${host}`;
  const amount = (of: number): string => {
    if (metric === 'latency') return `${of.toFixed(3)} s`;
    if (metric === 'errors') return `${of.toFixed(1)} a minute`;
    return agent === '' ? `${of.toFixed(1)} %` : `${(of / MIB).toFixed(1)} MiB`;
  };
  const when = hours === 0 ? 'is at' : 'reaches';
  const inTime = hours === 0 ? '' : ` in about ${formatDuration(Math.max(60_000, Math.round(hours * 60) * 60_000))}`;
  return `${metric} of ${who} ${when} ${amount(limit)}${inTime}: ${amount(value)} now, ${amount(perHour)} more an hour`;
}
