/**
 * Owns the releases on this host's disk: has them brought here, proven before they are used again, and cleared away when
 * nobody needs them. Never touches a tree that is right, and never decides which release runs. What takes long is done by
 * `ReleaseWork`, elsewhere.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import type { AgentRelease, HostAgent } from '@outrider/shared/domain/agent.js';
import { keptReleases } from '@outrider/shared/domain/agent-release.js';
import { isName } from '@outrider/shared/domain/name.js';
import { linksOf } from '@outrider/shared/domain/prepare.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';
import { DiskProblem, diskProblem, problemOfSpace } from '@outrider/shared/release/store/disk.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { syncFolder, writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { ReleaseChecks, SpecSource } from '../link/ports.js';
import type { CleanedReleases, NeededReleases, ReleaseCleaner, Releases } from '../supervise/ports.js';
import type { StagingNeeds } from '../supervise/preflight/ports.js';
import { Cleaning } from './cleaning.js';
import {
  acceptDocuments,
  knownManifest,
  knownSpec,
  loadManifest,
  loadSpec,
  readDocuments,
  readKept,
} from './documents.js';
import { type Layout, layoutOf } from './layout.js';
import { agentsLeave } from './hard-links.js';
import { DamagedBlob } from './links/lay-out.js';
import { NO_RUNNER } from './links/no-runner.js';
import type { StepRunner } from './links/ports.js';
import { Linker, type Tell, treeLinksOf, treesIn } from './links/tree-links.js';
import { seenNeed, seenWhole } from './quick-look.js';
import { DiskWork } from './work/disk-work.js';
import type { MakeJob, ReleaseWork, TreeJob } from './work/release-work.js';

export interface ReleasesOptions {
  readonly dataDir: string;
  /** The fleet's token, for Coordinator.Blobs; asked for at each staging. */
  readonly token: () => string | undefined;
  readonly clock: Clock;
  /** Bytes of the disk that staging never takes; default 64 MiB. */
  readonly reserveBytes?: number;
  /** Fetching gives up when nothing new has come for so long; default 60 s. */
  readonly patienceMs?: number;
  /** So many of the releases of an app that were staged last stay, needed or not; default 5. */
  readonly keep?: number;
  /** What must not go; absent: nothing is ever cleared away to make room. */
  readonly needed?: () => NeededReleases;
  /** Whether an agent may change what belongs to the sidecar's user; absent: all may. */
  readonly couldWrite?: (agent: HostAgent) => boolean;
  /** Who does what takes long; absent: it is done in this thread. */
  readonly work?: (options: Required<Pick<ReleasesOptions, 'dataDir' | 'reserveBytes' | 'patienceMs'>>) => ReleaseWork;
  /** Runs what is to be prepared; absent: nothing does. */
  readonly runner?: StepRunner;
}

const RESERVE_BYTES = 64 * 1024 * 1024;
/** Read already; the others are read again when they are asked for. */
const SPECS_KEPT = 32;
const PATIENCE_MS = 60_000;
const KEEP = 5;
/** Contents of a staging that broke off are there for the next try, unless the room is needed. */
const YOUNG_MS = 3_600_000;
const SLICE_MS = 10;
const UNTOLD = (): void => undefined;

export const createReleases = (options: ReleasesOptions): HostReleases => new HostReleases(options);

export class HostReleases implements Releases, StagingNeeds, SpecSource, ReleaseChecks, ReleaseCleaner {
  private readonly layout: Layout;
  private readonly work: ReleaseWork;
  private readonly cleaning: Cleaning;
  private readonly linker: Linker;
  private readonly reserveBytes: number;
  private readonly specs = new Map<string, HostSpec>();
  /** One thing at a time for each tree. */
  private readonly busy = new Map<string, Promise<void>>();
  private clearing = 0;

  constructor(private readonly options: ReleasesOptions) {
    const { dataDir, clock, reserveBytes = RESERVE_BYTES, patienceMs = PATIENCE_MS, runner = NO_RUNNER } = options;
    const layout = layoutOf(dataDir);
    [this.layout, this.reserveBytes] = [layout, reserveBytes];
    mkdirSync(layout.releases, { recursive: true, mode: 0o755 });
    const here = (): ReleaseWork => new DiskWork({ dataDir, clock, reserveBytes, patienceMs, sliceMs: SLICE_MS });
    this.work = options.work?.({ dataDir, reserveBytes, patienceMs }) ?? here();
    const isKnown = (app: string, digest: string): boolean => existsSync(layout.manifest(app, digest));
    this.linker = new Linker({ dataDir, contents: { path: layout.blob }, runner, tree: layout.tree, isKnown });
    this.cleaning = new Cleaning({ layout, isBusy: ({ app, digest }) => this.busy.has(`${app}/${digest}`) });
  }

  accept(documents: Parameters<Releases['accept']>[0]): HostSpec {
    return acceptDocuments(this.layout, documents);
  }

  async needOf(documents: Parameters<StagingNeeds['needOf']>[0]): ReturnType<StagingNeeds['needOf']> {
    const { spec, manifest } = readDocuments(documents);
    const { app, digest } = spec;
    const { mayLink } = this.jobOf(spec, spec);
    const job = { app, digest, manifest: documents.manifest, mayLink };
    const links = this.linker.outlook(app, digest, treeLinksOf(spec), manifest.entries);
    const { need: tree, free } = (await seenNeed(this.layout, job, manifest)) ?? (await this.work.need(job));
    const need = { bytes: tree.bytes + links.bytes, inodes: tree.inodes };
    const { dataDir, needed } = this.options;
    const { reserveBytes: reserve } = this;
    let short = problemOfSpace(dataDir, { need, free, reserve });
    if (short !== undefined && needed !== undefined) {
      const dropped = this.cleaning.droppable(needed(), 0).filter((one) => one.app !== app || one.digest !== digest);
      const bytes = free.bytes + (await this.work.freeable(dropped));
      short = problemOfSpace(dataDir, { need, free: { bytes, inodes: free.inodes }, reserve });
    }
    const problem = this.unknownIn(spec) ?? links.problem ?? short;
    const { prepare, notices } = links;
    const found = { neededBytes: need.bytes, freeBytes: free.bytes, reserveBytes: reserve, prepare, notices };
    return { spec, ...found, ...(problem === undefined ? {} : { problem }) };
  }

  stage: Releases['stage'] = async (app, release, sources, progress, signal) => {
    const spec = this.known(app, release);
    const make = { contents: 'all', sources } as const;
    this.linker.remember(app, release.digest, treeLinksOf(spec));
    await this.alone(app, release, async () => {
      this.rememberSources(app, sources);
      await this.bring(spec, release, make, progress, signal);
      this.touch(app, release);
    });
    for (const other of keptReleases(spec)) {
      await this.alone(app, other, () => this.bring(spec, other, make, UNTOLD, signal));
    }
    await this.clearLinks(app);
  };

  verify: Releases['verify'] = async (app, release, how) => {
    const spec = this.known(app, release);
    for (const one of [release, ...keptReleases(spec)]) {
      await this.alone(app, one, async () => {
        if (how === 'check') await this.check(spec, one);
        else {
          const make = { contents: 'needed', sources: this.knownSources(app) } as const;
          await this.bring(spec, one, make, UNTOLD, new AbortController().signal);
        }
      });
    }
  };

  /** Where there is no room, what nobody needs goes first. */
  private async bring(
    spec: HostSpec,
    release: AgentRelease,
    how: Pick<MakeJob, 'contents' | 'sources'>,
    progress: Parameters<Releases['stage']>[3],
    signal: AbortSignal,
  ): Promise<void> {
    const { app } = spec;
    const [tree, token] = [this.layout.tree(app, release.digest), this.options.token()];
    const job: MakeJob = { ...this.jobOf(spec, release), ...how, ...(token === undefined ? {} : { token }) };
    const seen = this.clearing > 0 ? undefined : await seenWhole(this.layout, job, how.contents);
    if (seen !== undefined) progress(seen, seen);
    const { building } = seen === undefined ? await this.made(job, progress, signal) : { building: undefined };
    const tell: Tell = (preparing) => progress(seen ?? 0, seen ?? 0, preparing);
    await this.link(job, building ?? tree, signal, tell);
    if (building === undefined) return;
    renameSync(building, tree);
    syncFolder(this.layout.appFolder(app));
  }

  /** What the tree holds besides its entries. A stored content of it that has gone bad is brought anew, once each. */
  private async link(job: MakeJob, root: string, signal: AbortSignal, tell: Tell): Promise<void> {
    const { app, release } = job;
    const links = this.linker.of(app, release.digest);
    if (linksOf(links).length === 0) return;
    const { entries } = loadManifest(this.layout, app, release.digest);
    const { problem } = this.linker.outlook(app, release.digest, links, entries);
    if (problem !== undefined) throw new OutriderError('refused', problem);
    for (const retried = new Set<string>(); ;) {
      try {
        await this.linker.place(app, root, links, entries, signal, tell);
        return;
      } catch (error) {
        if (signal.aborted) throw new OutriderError('unavailable', 'The staging was stopped.', { cause: error });
        if (!(error instanceof DamagedBlob)) throw error;
        const { path, sha256 } = error.entry;
        if (retried.has(sha256) || job.sources.length === 0) throw cannotMend(app, release, path, error);
        retried.add(sha256);
        rmSync(this.layout.blob(sha256), { force: true });
        await this.made({ ...job, contents: 'all' }, UNTOLD, signal);
      }
    }
  }

  /** What can't be taken away now is there the next time. */
  private async clearLinks(app: string): Promise<void> {
    await this.linker.clear(app, treesIn(this.layout.appFolder(app))).catch(() => undefined);
  }

  private async made(...asked: Parameters<ReleaseWork['make']>): ReturnType<ReleaseWork['make']> {
    const { needed } = this.options;
    try {
      return await this.work.make(...asked);
    } catch (error) {
      if (needed === undefined || !(error instanceof DiskProblem) || error.code !== 'refused') throw error;
      const { releases, blobs } = await this.drop(needed(), 0, Number.MAX_SAFE_INTEGER);
      if (releases + blobs === 0) throw error;
      return this.work.make(...asked);
    }
  }

  private async check(spec: HostSpec, release: AgentRelease): Promise<void> {
    const job = this.jobOf(spec, release);
    if ((await seenWhole(this.layout, job, 'needed')) === undefined) await this.work.check(job);
  }

  private jobOf(spec: HostSpec, { version, digest }: AgentRelease): TreeJob {
    const release = { version, digest };
    const { couldWrite = () => true } = this.options;
    const mayLink = agentsLeave(spec, release, couldWrite);
    return { app: spec.app, release, mayLink, apart: linksOf(this.linker.of(spec.app, release.digest)) };
  }

  async clean(needed: NeededReleases): Promise<CleanedReleases> {
    const { keep = KEEP, clock } = this.options;
    return this.drop(needed, keep, clock.now() - YOUNG_MS);
  }

  private async drop(needed: NeededReleases, keep: number, since: number): Promise<CleanedReleases> {
    this.clearing += 1;
    try {
      const dropped = this.cleaning.drop(needed, keep);
      this.specs.clear();
      for (const app of new Set(dropped.map((one) => one.app))) await this.clearLinks(app);
      return { releases: dropped.length, ...(await this.work.clear({ since })) };
    } finally {
      this.clearing -= 1;
    }
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

  knownSpec = (app: string, specDigest: string): Uint8Array => knownSpec(this.layout, named(app), specDigest);
  knownManifest = (app: string, digest: string): Uint8Array => knownManifest(this.layout, named(app), digest);

  checkAll: ReleaseChecks['checkAll'] = async ({ app, release, manifest, sources }, progress, signal) => {
    if (!existsSync(this.tree(app, release))) {
      throw new OutriderError('refused', `${app} ${release.version} is not on this host.`);
    }
    return this.alone(app, release, async () => {
      readKept(this.layout, app, release.digest, manifest);
      const { version, digest } = release;
      const token = this.options.token();
      const from = { sources: [...sources, ...this.knownSources(app)], ...(token === undefined ? {} : { token }) };
      const apart = linksOf(this.linker.of(app, digest));
      return this.work.verify({ app, release: { version, digest }, mayLink: true, apart, ...from }, progress, signal);
    });
  };

  /** As it was accepted; all that it needs was here. @throws OutriderError where a release of it was never here. */
  private known(app: string, release: ReleaseRef): HostSpec {
    const spec = loadSpec(this.layout, named(app), release.specDigest);
    const problem = this.unknownIn(spec);
    if (problem !== undefined) throw new OutriderError('refused', problem);
    return spec;
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

  /** The times of its documents say when it was staged. */
  private touch(app: string, { digest, specDigest }: ReleaseRef): void {
    const now = new Date(this.options.clock.now());
    for (const path of [this.layout.manifest(app, digest), this.layout.spec(app, specDigest)]) {
      utimesSync(path, now, now);
    }
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

  private async alone<T>(app: string, release: AgentRelease, act: () => Promise<T>): Promise<T> {
    const key = `${app}/${release.digest}`;
    const before = this.busy.get(key) ?? Promise.resolve();
    const done = before.then(act).catch((error: unknown) => {
      throw diskProblem(error, this.options.dataDir);
    });
    const settled = done.then(
      () => undefined,
      () => undefined,
    );
    this.busy.set(key, settled);
    try {
      return await done;
    } finally {
      if (this.busy.get(key) === settled) this.busy.delete(key);
    }
  }
}

function cannotMend(app: string, { version }: AgentRelease, path: string, cause: unknown): OutriderError {
  const words = `The stored content of ${path} of ${app} ${version} is damaged. Stage this release again.`;
  return new OutriderError('unavailable', words, { cause });
}

function named(app: string): string {
  if (isName(app)) return app;
  throw new OutriderError('invalid', `${JSON.stringify(app.slice(0, 80))} is no name of an app.`);
}
