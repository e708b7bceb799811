/** The fleet as it is now: an inventory that only grows, and a live link to each of its hosts. */
import type { HostSamples } from '@outrider/shared/domain/gate.js';
import type { StagePeer } from '@outrider/shared/domain/host.js';
import { NO_PROOF } from '@outrider/shared/domain/release-signature.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { FleetKeys, HostRecord } from '@outrider/shared/runtime/fleet-keys.js';
import type { RedisClient } from '@outrider/shared/runtime/redis-client.js';
import type { Fleet, FleetHost, HostCommands } from '../engine/ports.js';
import { hostCommands } from './host-commands.js';
import { hostSamples } from './host-samples.js';
import { HostLink, LINK_TIMES, type LinkTimes } from './host-link.js';
import { type LoadManifest, ManifestPatches } from './manifest-patches.js';
import { peersFor } from './peers.js';
import { readInventory } from './inventory.js';
import { SharedTexts } from './shared-texts.js';
import type { ProofOf } from './ports.js';
import { Witness } from './witness.js';

export interface ConfiguredHost extends HostRecord {
  /** Its endpoint was written down, not assumed: it holds against what the sidecar says of itself. */
  readonly fixed?: boolean;
}

export interface LiveFleetOptions {
  readonly environment: string;
  /** Hosts of the configuration. */
  readonly configured: readonly ConfiguredHost[];
  /** Where sidecars register; absent: the configured hosts are all there are. */
  readonly registry?: { readonly redis: RedisClient; readonly keys: FleetKeys };
  /** Opens the commands of every sidecar. */
  readonly token: string | undefined;
  /** `HOST:PORT`s of whoever serves blobs, as seen from a host. */
  readonly sources: (host: FleetHost) => readonly string[];
  /** Bytes of a manifest that is stored here; rejects where it is not. */
  readonly loadManifest: LoadManifest;
  /** Absent: nothing is signed. */
  readonly proofOf?: ProofOf;
  readonly clock: Clock;
  readonly times?: Partial<LinkTimes>;
  readonly refreshMs?: number;
  /** Told what people should know: a sentence, once. */
  readonly notice?: (sentence: string) => void;
}

const REFRESH_MS = 1_000;

export class LiveFleet implements Fleet {
  private readonly links = new Map<string, HostLink>();
  private readonly listeners = new Set<(host: FleetHost) => void>();
  private readonly texts = new SharedTexts();
  readonly patches: ManifestPatches;
  readonly proofOf: ProofOf;
  /** By name, until one changes. */
  private all: readonly FleetHost[] | undefined;
  private readonly witness = new Witness();
  private cancelRefresh: () => void = () => undefined;
  private closed = false;

  constructor(private readonly options: LiveFleetOptions) {
    this.patches = new ManifestPatches(options.loadManifest);
    this.proofOf = options.proofOf ?? (async () => NO_PROOF);
    for (const record of options.configured) this.learn(record);
  }

  /** Reads the registry, then again and again. Resolves after the first time. */
  async start(): Promise<void> {
    await this.refresh();
  }

  hosts(): readonly FleetHost[] {
    this.all ??= [...this.links.values()].map((link) => link.view()).sort((a, b) => (a.name < b.name ? -1 : 1));
    return this.all;
  }

  host(name: string): FleetHost | undefined {
    return this.links.get(name)?.view();
  }

  onChange(listener: (host: FleetHost) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  commands(host: string): HostCommands {
    const link = this.links.get(host);
    if (link === undefined) throw new OutriderError('not_found', `There is no host "${host}" in this environment.`);
    return hostCommands({
      remote: link.remote,
      sources: () => this.options.sources(link.view()),
      patchOf: (app, document) => this.patches.of(app, link.view().status, document),
      proofOf: this.proofOf,
      peers: (staged) => peersFor(link.view(), this.hosts(), staged),
    });
  }

  /** Other hosts that have a release, as this one reaches them. */
  holders(host: string, app: string, digest: string): readonly StagePeer[] {
    const own = this.host(host);
    if (own === undefined) return [];
    return peersFor(own, this.hosts(), { app, digest, together: [] }).filter((peer) => peer.host !== host);
  }

  /** What the agents of a host did. Rejects with the call's `OutriderError`. */
  async samples(host: string, app: string, metrics: readonly string[], timeoutMs: number): Promise<HostSamples> {
    const remote = this.remote(host);
    if (remote === undefined) throw new OutriderError('unavailable', `${host} is not known any more.`);
    return hostSamples(remote, app, metrics, timeoutMs);
  }

  /** The connection itself, for what is no command of a rollout: logs, control of agents. */
  remote(host: string): HostLink['remote'] | undefined {
    return this.links.get(host)?.remote;
  }

  /** Reads the registry at once: somebody said that there is news. */
  wake(): void {
    if (this.closed) return;
    this.cancelRefresh();
    void this.refresh();
  }

  close(): void {
    this.closed = true;
    this.cancelRefresh();
    for (const link of this.links.values()) link.close();
  }

  private async refresh(): Promise<void> {
    const { registry, refreshMs, clock } = this.options;
    if (registry === undefined) return;
    const news = await readInventory(registry.redis, registry.keys);
    if (this.closed) return;
    for (const record of news?.registered ?? []) this.learn(this.asConfigured(record));
    // Its sidecar has fallen silent towards Redis: see at once whether it is still there.
    for (const name of this.witness.look(news?.present, clock.monotonic())) void this.links.get(name)?.check();
    for (const name of news?.present.keys() ?? []) this.links.get(name)?.refute();
    this.cancelRefresh();
    this.cancelRefresh = clock.after(refreshMs ?? REFRESH_MS, () => void this.refresh());
  }

  /**
   * Where a person has written how a host is reached, its sidecar may not know better: there may be a tunnel. Labels
   * of both count; of the same label that which the sidecar says of itself.
   */
  private asConfigured(record: HostRecord): HostRecord {
    const written = this.options.configured.find(({ name }) => name === record.name);
    if (written === undefined) return record;
    const labels = { ...written.labels, ...record.labels };
    return written.fixed === true ? { ...record, labels, endpoint: written.endpoint } : { ...record, labels };
  }

  private learn(record: HostRecord): void {
    const known = this.links.get(record.name);
    if (known !== undefined && same(known.record, record)) return;
    known?.close();
    const { environment, token, clock, times, notice, refreshMs } = this.options;
    const changed = (host: FleetHost): void => {
      this.all = undefined;
      for (const listener of this.listeners) listener(host);
    };
    const link = new HostLink(
      record,
      {
        ...{ environment, token, clock, times: { ...LINK_TIMES, ...times }, changed },
        shared: (text) => this.texts.shared(text),
        // What is news to us may have been said that long ago.
        heardElsewhere: (since) => this.witness.hasHeard(record.name, since + (refreshMs ?? REFRESH_MS)),
        notice: notice ?? (() => undefined),
      },
      known?.view().status,
    );
    this.links.set(record.name, link);
    changed(link.view());
  }
}

const same = (a: HostRecord, b: HostRecord): boolean =>
  a.endpoint === b.endpoint &&
  a.address === b.address &&
  a.metrics === b.metrics &&
  JSON.stringify(a.labels) === JSON.stringify(b.labels);
