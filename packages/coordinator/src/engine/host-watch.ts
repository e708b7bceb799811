/**
 * Tells what becomes of hosts: that they are lost and back, that they come and go, that they have drifted from what
 * their rollouts have left. Every coordinator looks; only the one that leads tells.
 */
import type { EventType, OutriderEvent } from '@outrider/shared/domain/event.js';
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { type Clock, rfc3339 } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { type Drift, driftOf, driftRemedy, driftWords } from '../rollout/drift.js';
import { type HostLook, isUnknown, newsOf } from '../rollout/host-news.js';
import type { Fleet, FleetHost } from './ports.js';

export interface HostWatchOptions {
  readonly environment: string;
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly leads: () => boolean;
  /** Rollouts of an app, newest first. Rejects while Redis is away. */
  readonly history: (app: string, limit: number) => Promise<readonly Rollout[]>;
  /** Rejects while Redis is away: it is told later. */
  readonly tell: (event: OutriderEvent) => Promise<void>;
  readonly onBug: (error: unknown) => void;
}

const LOOK_MS = 1_000;
/** Every so many looks also at what hosts run. */
const DRIFT_EVERY = 2;
/** So far back is looked for the rollout that had a host. */
const HISTORY = 30;

export class HostWatch {
  private found: readonly Drift[] = [];
  /** Of the last look, by app: what it was about, and what it came to. */
  private readonly looked = new Map<string, { readonly about: string; readonly drifts: readonly Drift[] }>();
  private readonly told = new Map<string, HostLook>();
  private readonly toldDrifts = new Set<string>();
  private readonly endWatch: () => void;
  private cancel: () => void = () => undefined;
  /** Names of hosts that may be news. */
  private readonly changed = new Set<string>();
  private telling = false;
  private looks = 0;
  private closed = false;

  constructor(private readonly options: HostWatchOptions) {
    this.endWatch = options.fleet.onChange(({ name }) => {
      this.changed.add(name);
      void this.tellOfHosts();
    });
    this.next();
  }

  /** Those that two looks have found; a host that is only late with its word is none of them. */
  drifts(): readonly Drift[] {
    return this.found;
  }

  close(): void {
    this.closed = true;
    this.endWatch();
    this.cancel();
  }

  private next(): void {
    this.cancel = this.options.clock.after(LOOK_MS, () => void this.look());
  }

  private async look(): Promise<void> {
    for (const { name } of this.options.fleet.hosts()) this.changed.add(name);
    await this.tellOfHosts();
    if (this.looks++ % DRIFT_EVERY === 0) await this.unlessAway(() => this.lookForDrift());
    if (!this.closed) this.next();
  }

  private async tellOfHosts(): Promise<void> {
    if (this.telling) return;
    this.telling = true;
    await this.unlessAway(async () => {
      for (const name of this.changed) {
        this.changed.delete(name);
        const host = this.options.fleet.host(name);
        if (host !== undefined && !this.closed) await this.tellOf(host);
      }
    });
    this.telling = false;
  }

  /** Without Redis there is no history to look at, and nobody to tell: the next look does it. */
  private async unlessAway(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof OutriderError)) this.options.onBug(error);
    }
  }

  private async tellOf(host: FleetHost): Promise<void> {
    const { name, state, cutOff = false, flapping = false, mistaken } = host;
    // Whoever leads next begins anew: a host may have died with the leader, so that nobody has told.
    if (!this.options.leads()) {
      this.told.delete(name);
      return;
    }
    const now = { state, cutOff, flapping, ...(mistaken === undefined ? {} : { mistaken }) };
    const told = this.told.get(name);
    if (isUnknown(told, now)) return;
    const news = newsOf(told, now);
    if (news !== undefined) await this.tell(news.type, { host: name, reason: news.reason });
    this.told.set(name, now);
  }

  private async lookForDrift(): Promise<void> {
    const { fleet, history } = this.options;
    const apps = new Set(fleet.hosts().flatMap((host) => (host.status?.apps ?? []).map(({ app }) => app)));
    const confirmed: Drift[] = [];
    for (const app of apps) {
      const [newest] = await history(app, 1);
      const about = canonicalJson([newest?.id ?? null, newest?.phase ?? null, fleet.hosts().map(essenceOf(app))]);
      const last = this.looked.get(app);
      if (last?.about === about) {
        confirmed.push(...last.drifts);
        continue;
      }
      const known = newest === undefined ? [] : await history(app, HISTORY);
      const drifts = this.driftsOf(app, known);
      const before = new Set(last?.drifts.map(keyOf));
      confirmed.push(...drifts.filter((drift) => before.has(keyOf(drift))));
      this.looked.set(app, { about, drifts });
    }
    this.found = confirmed;
    await this.tellOfDrifts();
  }

  /** Those that are up and in nobody's hands. */
  private driftsOf(app: string, history: readonly Rollout[]): readonly Drift[] {
    return this.options.fleet.hosts().flatMap(({ name, state, status }) => {
      if (state !== 'up' || status === undefined || status.hold !== undefined) return [];
      const drift = driftOf(
        name,
        status.apps.find((one) => one.app === app),
        app,
        history,
      );
      return drift === undefined ? [] : [drift];
    });
  }

  private async tellOfDrifts(): Promise<void> {
    if (!this.options.leads()) {
      this.toldDrifts.clear();
      return;
    }
    const now = new Set(this.found.map(keyOf));
    for (const key of this.toldDrifts) if (!now.has(key)) this.toldDrifts.delete(key);
    for (const drift of this.found) {
      if (this.toldDrifts.has(keyOf(drift))) continue;
      const { host, app, version, expected, rollout } = drift;
      await this.tell('host.drifted', {
        ...{ host, app, reason: `${driftWords(drift)}; ${driftRemedy(drift)}` },
        ...(version === undefined ? {} : { version }),
        data: { expected: expected ?? null, rollout },
      });
      this.toldDrifts.add(keyOf(drift));
    }
  }

  private async tell(type: EventType, more: Partial<OutriderEvent>): Promise<void> {
    const { environment, clock, tell } = this.options;
    const at = clock.now();
    await tell({
      id: `${type}-${more.host ?? ''}-${more.app ?? ''}-${at}`,
      at: rfc3339(at),
      type,
      environment,
      ...more,
    });
  }
}

const keyOf = ({ host, app, version = '', expected = '' }: Drift): string => [host, app, version, expected].join('/');

/** What of a host its drift depends on. */
const essenceOf =
  (name: string) =>
  ({ name: host, state, status }: FleetHost): object => {
    const app = status?.apps.find((one) => one.app === name);
    return { host, state, held: status?.hold !== undefined, active: app?.active ?? null, phase: app?.phase ?? null };
  };
