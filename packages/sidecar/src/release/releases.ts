/**
 * Owns the releases on this host's disk: brings them here, builds their trees, proves them before they are used
 * again. Never touches a tree that is right, and never decides which release runs.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import type { AgentRelease } from '@outrider/shared/domain/agent.js';
import { keptReleases } from '@outrider/shared/domain/agent-release.js';
import type { HostSpec, Manifest, ManifestEntry, ReleaseRef } from '@outrider/shared/domain/release.js';
import { isName } from '@outrider/shared/domain/name.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { syncFolder, writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { SpecSource } from '../link/ports.js';
import type { Releases } from '../supervise/ports.js';
import type { StagingNeeds } from '../supervise/preflight/ports.js';
import { Pace } from '@outrider/shared/release/transfer/pace.js';
import { basesHere } from './bases-here.js';
import { fetchBlobs, type FetchOptions } from './blob-fetch.js';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { Fetching, type StageProgress, sum } from './fetching.js';
import { diskProblem, ensureSpace, freeBytes, problemOfSpace } from '@outrider/shared/release/store/disk.js';
import { acceptDocuments, knownSpec, loadManifest, loadSpec, readDocuments } from './documents.js';
import { layoutOf } from './layout.js';
import { DamagedBlob, differencesOf, mendTree, type TreeMaker } from './tree.js';

export interface ReleasesOptions {
  readonly dataDir: string;
  /** The fleet's token, for Coordinator.Blobs; asked for at each try. */
  readonly token: () => string | undefined;
  readonly clock: Clock;
  /** Bytes of the disk that staging never takes; default 64 MiB. */
  readonly reserveBytes?: number;
  /** The name of this host among those that stage together; absent: no other is asked. */
  readonly host?: string;
  /** Bytes in a second that staging fetches at most; absent: as many as come. */
  readonly bandwidth?: number;
  /** Fetching gives up when nothing new has come for so long; default 60 s. */
  readonly patienceMs?: number;
}

const RESERVE_BYTES = 64 * 1024 * 1024;
/** Read already; the others are read again when they are asked for. */
const SPECS_KEPT = 32;
const PATIENCE_MS = 60_000;
/** What an entry takes besides its content. */
const ENTRY_BYTES = 4096;

/** Who is asked for what is missing. */
type From = Pick<FetchOptions, 'sources' | 'peers' | 'bases'>;

export function createReleases(options: ReleasesOptions): Releases & StagingNeeds & SpecSource {
  return new HostReleases(options);
}

class HostReleases implements Releases, StagingNeeds, SpecSource {
  private readonly layout;
  private readonly maker: TreeMaker;
  private readonly pace: Pace;
  private readonly specs = new Map<string, HostSpec>();
  /** One thing at a time for each tree. */
  private readonly busy = new Map<string, Promise<void>>();

  constructor(private readonly options: ReleasesOptions) {
    const layout = layoutOf(options.dataDir);
    this.layout = layout;
    this.pace = new Pace(options.bandwidth, options.clock);
    mkdirSync(layout.releases, { recursive: true, mode: 0o755 });
    this.maker = { blobs: new BlobStore(layout.blobs, layout.incoming), incoming: layout.incoming };
  }

  accept(documents: Parameters<Releases['accept']>[0]): HostSpec {
    return acceptDocuments(this.layout, documents);
  }

  async needOf(documents: Parameters<StagingNeeds['needOf']>[0]): ReturnType<StagingNeeds['needOf']> {
    const { spec, manifest } = readDocuments(documents);
    const missing = await new Fetching(manifest.entries, this.maker.blobs, () => undefined).missing();
    const neededBytes = this.bytesFor(spec.app, spec.digest, manifest, missing);
    const { dataDir, reserveBytes = RESERVE_BYTES } = this.options;
    const space = { bytes: neededBytes, free: await freeBytes(dataDir), reserve: reserveBytes };
    const problem = this.unknownIn(spec) ?? problemOfSpace(dataDir, space);
    const need = { neededBytes, freeBytes: space.free, reserveBytes };
    return { spec, ...need, ...(problem === undefined ? {} : { problem }) };
  }

  stage: Releases['stage'] = async (app, release, sources, progress, signal, peers = []) => {
    const kept = this.keptBy(app, release);
    await this.alone(app, release, () => this.bring(app, release, { sources, peers }, progress, signal));
    for (const other of kept) {
      await this.alone(app, other, () => this.bring(app, other, { sources, peers }, () => undefined, signal));
    }
  };

  private async bring(
    app: string,
    release: AgentRelease,
    from: From,
    progress: StageProgress,
    signal: AbortSignal,
  ): Promise<void> {
    const manifest = loadManifest(this.layout, app, release.digest);
    this.rememberSources(app, from.sources);
    const fetching = new Fetching(manifest.entries, this.maker.blobs, progress);
    const missing = await fetching.missing();
    await this.ensureSpaceFor(app, release.digest, manifest, missing);
    const bases = await basesHere(this.layout, manifest, release.digest, missing, this.maker.blobs);
    await this.fetch(missing, { ...from, bases }, fetching.add, signal);
    await this.build(app, release, manifest, from.sources, signal);
    fetching.finish();
  }

  spec(app: string, release: ReleaseRef): HostSpec {
    this.ensureTree(app, release);
    const spec = this.specs.get(release.specDigest) ?? this.readSpec(app, release);
    for (const kept of keptReleases(spec)) this.ensureTree(app, kept);
    return spec;
  }

  private readSpec(app: string, { specDigest }: ReleaseRef): HostSpec {
    const spec = loadSpec(this.layout, app, specDigest);
    const [oldest] = this.specs.keys();
    if (this.specs.size >= SPECS_KEPT && oldest !== undefined) this.specs.delete(oldest);
    this.specs.set(specDigest, spec);
    return spec;
  }

  private ensureTree(app: string, release: AgentRelease): void {
    if (existsSync(this.tree(app, release))) return;
    throw new OutriderError('not_found', `${app} ${release.version} is not staged on this host.`);
  }

  tree(app: string, { digest }: Pick<ReleaseRef, 'digest'>): string {
    return this.layout.tree(named(app), digest);
  }

  knownSpec(app: string, specDigest: string): Uint8Array {
    return knownSpec(this.layout, named(app), specDigest);
  }

  verify: Releases['verify'] = async (app, release, how) => {
    for (const one of [release, ...this.keptBy(app, release)]) {
      await this.alone(app, one, async () => {
        const manifest = loadManifest(this.layout, app, one.digest);
        if (how === 'check') await this.check(app, one, manifest.entries);
        else await this.build(app, one, manifest, this.knownSources(app), new AbortController().signal);
      });
    }
  };

  /** The other releases that agents of this one are kept from. @throws OutriderError where one was never here. */
  private keptBy(app: string, release: ReleaseRef): readonly AgentRelease[] {
    const spec = loadSpec(this.layout, named(app), release.specDigest);
    const problem = this.unknownIn(spec);
    if (problem !== undefined) throw new OutriderError('refused', problem);
    return keptReleases(spec);
  }

  /** What is kept has run here, so that its manifest is here too. A sentence; undefined: it is. */
  private unknownIn(spec: HostSpec): string | undefined {
    const unknown = keptReleases(spec).find(({ digest }) => !existsSync(this.layout.manifest(spec.app, digest)));
    if (unknown === undefined) return undefined;
    const agents = spec.agents.filter(({ release }) => release?.digest === unknown.digest).map(({ name }) => name);
    return (
      `${agents.join(', ')} cannot be kept at ${spec.app} ${unknown.version}: that release was never staged on this ` +
      'host. Roll it out first, or bring all agents to one release.'
    );
  }

  private async check(app: string, release: AgentRelease, entries: readonly ManifestEntry[]): Promise<void> {
    for (const entry of await differencesOf(this.tree(app, release), entries)) {
      if (entry.kind === 'file' && !(await this.maker.blobs.isWhole(entry.sha256)))
        throw this.cannotMend(app, release, entry);
    }
  }

  /** Mends the tree that is there; one that is not there appears when it is whole. */
  private async build(
    app: string,
    release: AgentRelease,
    manifest: Manifest,
    sources: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const root = this.tree(app, release);
    const building = existsSync(root) ? root : this.layout.building(app, release.digest);
    mkdirSync(building, { recursive: true, mode: 0o755 });
    await this.makeWhole(app, release, building, manifest.entries, sources, signal);
    if (building === root) return;
    await rename(building, root);
    syncFolder(this.layout.appFolder(app));
  }

  /** A stored content that has gone bad is fetched anew, once for each file. */
  private async makeWhole(
    app: string,
    release: AgentRelease,
    root: string,
    entries: readonly ManifestEntry[],
    sources: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const retried = new Set<string>();
    for (;;) {
      try {
        await mendTree(root, entries, this.maker, signal);
        return;
      } catch (error) {
        if (signal.aborted) throw new OutriderError('unavailable', 'The staging was stopped.', { cause: error });
        if (!(error instanceof DamagedBlob)) throw error;
        const { sha256, size } = error.entry;
        if (retried.has(sha256) || sources.length === 0) throw this.cannotMend(app, release, error.entry, error);
        retried.add(sha256);
        await this.maker.blobs.remove(sha256);
        await this.fetch(new Map([[sha256, size]]), { sources, peers: [] }, () => undefined, signal).catch(
          (cause: unknown) => {
            throw this.cannotMend(app, release, error.entry, cause);
          },
        );
      }
    }
  }

  private async fetch(
    wanted: ReadonlyMap<string, number>,
    from: From,
    progress: FetchOptions['progress'],
    signal: AbortSignal,
  ): Promise<void> {
    const { token, clock, patienceMs = PATIENCE_MS, host } = this.options;
    await fetchBlobs({
      ...{ blobs: this.maker.blobs, wanted, ...from, token, clock, progress, signal, patienceMs, pace: this.pace },
      ...(host === undefined ? {} : { host }),
    });
  }

  private async ensureSpaceFor(...of: Parameters<HostReleases['bytesFor']>): Promise<void> {
    const bytes = this.bytesFor(...of);
    if (bytes === 0) return;
    await ensureSpace(this.options.dataDir, bytes, this.options.reserveBytes ?? RESERVE_BYTES);
  }

  private bytesFor(app: string, digest: string, { entries }: Manifest, missing: ReadonlyMap<string, number>): number {
    const blobs = sum(missing.values()) + missing.size * ENTRY_BYTES;
    const built = existsSync(this.layout.tree(named(app), digest));
    const tree = built ? 0 : sum(entries.map((entry) => (entry.kind === 'file' ? entry.size : 0) + ENTRY_BYTES));
    return blobs + tree;
  }

  private cannotMend(app: string, release: AgentRelease, entry: ManifestEntry, cause?: unknown): OutriderError {
    const fetched = cause instanceof OutriderError ? ` ${cause.message}` : '';
    return new OutriderError(
      'unavailable',
      `${entry.path} of ${app} ${release.version} is not what the release says, and its stored content is damaged too.${fetched} Stage this release again.`,
      { cause },
    );
  }

  private rememberSources(app: string, sources: readonly string[]): void {
    writeAtomically(this.layout.sources(app), JSON.stringify(sources), 0o644);
  }

  private knownSources(app: string): readonly string[] {
    try {
      const found: unknown = JSON.parse(readFileSync(this.layout.sources(app), 'utf8'));
      return Array.isArray(found) ? found.filter((source): source is string => typeof source === 'string') : [];
    } catch {
      return [];
    }
  }

  private async alone(app: string, release: AgentRelease, act: () => Promise<void>): Promise<void> {
    const key = `${app}/${release.digest}`;
    const before = this.busy.get(key) ?? Promise.resolve();
    const done = before.then(act).catch((error: unknown) => {
      throw diskProblem(error, this.options.dataDir);
    });
    const settled = done.catch(() => undefined);
    this.busy.set(key, settled);
    try {
      await done;
    } finally {
      if (this.busy.get(key) === settled) this.busy.delete(key);
    }
  }
}

function named(app: string): string {
  if (isName(app)) return app;
  throw new OutriderError('invalid', `${JSON.stringify(app.slice(0, 80))} is no name of an app.`);
}
