/**
 * Looks at every instance once a period and keeps what it did: the window that gates are judged by. Where a switch
 * begins, what was before is set apart. One timer for all; nothing here holds up an agent.
 */
import type { HostSamples } from '@outrider/shared/domain/gate.js';
import type { AppStatus, HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { type Baseline, BaselineFiles, freeze } from './baseline.js';
import type { BusKind } from './bus-values.js';
import { answerOf } from './answer.js';
import { lineageOf, Track } from './track.js';

export interface SamplerOptions {
  readonly periodMs: number;
  /** Rows older than this are overwritten. */
  readonly keepMs: number;
  readonly folder: string;
  readonly bootId: string;
  readonly clock: Pick<Clock, 'sinceBoot' | 'after'>;
  readonly status: () => Pick<HostStatus, 'apps' | 'instances'>;
  /** Resident memory of each session, by the pid of its leader. */
  readonly memory: () => ReadonlyMap<number, { readonly memoryBytes: number }>;
  readonly warn: (sentence: string) => void;
}

/** Of metrics on the bus, of all instances together: 1.4 KiB each. */
const MOST_BUS_SERIES = 1_000;
/** Of an instance, whatever the settings say. */
const MOST_ROWS = 1_000;
const SERIOUS = ['error', 'critical'];

export class Sampler {
  private readonly tracks = new Map<string, Track>();
  private readonly byIncarnation = new Map<string, Track>();
  private readonly baselines = new Map<string, Baseline>();
  private readonly files: BaselineFiles;
  private readonly capacity: number;
  private cancel: () => void = () => undefined;
  private hasLooked = false;

  constructor(private readonly options: SamplerOptions) {
    const { keepMs, periodMs, folder, bootId } = options;
    this.capacity = Math.min(MOST_ROWS, Math.max(1, Math.ceil(keepMs / periodMs)));
    this.files = new BaselineFiles(folder, bootId, this.capacity);
    for (const baseline of this.files.readAll()) this.baselines.set(baseline.app, baseline);
  }

  start(): void {
    this.changed();
    const again = (): void => {
      this.cancel = this.options.clock.after(this.options.periodMs, () => {
        this.look();
        again();
      });
    };
    again();
  }

  stop(): void {
    this.cancel();
  }

  /** Something of this host is another way than before. */
  changed(): void {
    this.see(this.options.status(), this.options.clock.sinceBoot());
  }

  private see({ apps, instances }: Pick<HostStatus, 'apps' | 'instances'>, at: number): void {
    for (const app of apps) this.follow(app, at, instances);
    const there = speakersOf(apps, instances);
    for (const [key, status] of there) this.trackOf(key, status, apps, at).see(status, at);
    for (const key of this.tracks.keys()) if (!there.has(key)) this.tracks.delete(key);
    this.byIncarnation.clear();
    // Programs that are no agents speak without one.
    for (const track of this.tracks.values()) {
      if (track.incarnation !== '') this.byIncarnation.set(track.incarnation, track);
    }
    this.hasLooked = true;
  }

  look(): void {
    const at = this.options.clock.sinceBoot();
    const status = this.options.status();
    this.see(status, at);
    const { apps, instances } = status;
    const memory = this.options.memory();
    for (const [key, one] of speakersOf(apps, instances)) {
      const used = one.pid > 0 ? memory.get(one.pid)?.memoryBytes : undefined;
      this.tracks.get(key)?.row(one, at, used);
    }
  }

  probed(incarnation: string, seconds: number): void {
    this.byIncarnation.get(incarnation)?.probed(seconds);
  }

  error(incarnation: string, severity: string): void {
    if (SERIOUS.includes(severity)) this.byIncarnation.get(incarnation)?.failed();
  }

  metric(incarnation: string, name: string, value: number, kind: BusKind): void {
    const track = this.byIncarnation.get(incarnation);
    track?.bus.set(name, value, kind, () => this.busSeries < MOST_BUS_SERIES);
  }

  /** `metrics` empty: all. */
  samples(app: string, metrics: readonly string[]): HostSamples {
    const baseline = this.baselines.get(app);
    const { periodMs, clock } = this.options;
    return {
      periodMs,
      ...(baseline === undefined ? {} : { rollout: baseline.rollout }),
      agents: answerOf(app, this.tracks, baseline, metrics, clock.sinceBoot()),
    };
  }

  private get busSeries(): number {
    let count = 0;
    for (const { bus } of this.tracks.values()) count += bus.size;
    return count;
  }

  /** A switch that begins sets apart what was; one that is over forgets it. */
  private follow(
    { app, candidate, rollout, phase }: AppStatus,
    at: number,
    instances: readonly InstanceStatus[],
  ): void {
    const known = this.baselines.get(app);
    if (candidate === undefined || rollout === undefined) {
      if (known === undefined || phase === 'reverting') return;
      this.baselines.delete(app);
      this.files.remove(app);
      return;
    }
    if (known?.rollout === rollout) return;
    const own = [...this.tracks].filter(([key]) => key.startsWith(`${app}/`));
    const tracks = new Map(own.map(([key, track]) => [key, freeze(track)]));
    const baseline = { app, rollout, tracks };
    this.baselines.set(app, baseline);
    for (const [key, track] of own) {
      const status = instances.find((one) => keyOf(one) === key && lineageOf(one) === track.lineage);
      if (status === undefined) this.tracks.delete(key);
      else this.tracks.set(key, track.continued(status, at));
    }
    try {
      this.files.write(baseline);
    } catch (error) {
      this.options.warn(`what was before the switch of ${app} is kept in memory alone: ${messageOf(error)}`);
    }
  }

  private trackOf(key: string, status: InstanceStatus, apps: readonly AppStatus[], at: number): Track {
    const known = this.tracks.get(key);
    const lineage = lineageOf(status);
    if (known?.lineage === lineage && status.restarts >= known.restarts) return known;
    const before = this.baselines.get(status.app)?.tracks.get(key);
    const isBack = before?.lineage === lineage && !apps.some((one) => one.app === status.app && one.candidate);
    const now = { at, capacity: this.capacity };
    const { isFresh, restarts } = this.beginningOf(status, before);
    const track = new Track(status, now, restarts, isFresh, isBack ? before.rows : undefined);
    this.tracks.set(key, track);
    return track;
  }

  /** What was there when this sidecar came has its history behind it; but for what the last one knew of the switch. */
  private beginningOf(
    status: InstanceStatus,
    before: { readonly lineage: string; readonly restarts: number } | undefined,
  ): { readonly isFresh: boolean; readonly restarts: number } {
    if (before !== undefined && before.lineage === lineageOf(status)) {
      return { isFresh: false, restarts: Math.min(before.restarts, status.restarts) };
    }
    if (this.hasLooked || this.baselines.has(status.app)) return { isFresh: this.hasLooked, restarts: 0 };
    return { isFresh: false, restarts: status.restarts };
  }
}

const keyOf = ({ app, agent, instance }: InstanceStatus): string => `${app}/${agent}.${instance}`;

/** Where old and new of a switch both run, the one that the host is on its way to. */
function speakersOf(
  apps: readonly AppStatus[],
  instances: readonly InstanceStatus[],
): ReadonlyMap<string, InstanceStatus> {
  const speakers = new Map<string, InstanceStatus>();
  for (const status of instances) {
    const key = keyOf(status);
    const wanted = apps.find(({ app }) => app === status.app);
    const version = (wanted?.candidate ?? wanted?.active)?.version;
    const other = speakers.get(key);
    if (other === undefined || other.version !== version || status.version === version) speakers.set(key, status);
  }
  return speakers;
}
