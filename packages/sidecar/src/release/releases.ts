/**
 * Owns the releases on this host's disk: has them brought here, proven before they are used again, and cleared away when
 * nobody needs them. Never touches a tree that is right, and never decides which release runs. What takes long is done by
 * `ReleaseWork`, elsewhere.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, utimesSync } from 'node:fs';
import type { AgentRelease } from '@outrider/shared/domain/agent.js';
import { keptReleases } from '@outrider/shared/domain/agent-release.js';
import { isName } from '@outrider/shared/domain/name.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';
import { DiskProblem, diskProblem, problemOfSpace } from '@outrider/shared/release/store/disk.js';
import { syncFolder, writeAtomically } from '@outrider/shared/runtime/durable-file.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { ReleaseChecks, SpecSource } from '../link/ports.js';
import type { CleanedReleases, NeededReleases, ReleaseCleaner, Releases, StageStep } from '../supervise/ports.js';
import type { StagingNeeds } from '../supervise/preflight/ports.js';
import { Cleaning } from './cleaning.js';
import { acceptDocuments, knownManifest, knownSpec, loadSpec, readDocuments } from './documents.js';
import { type Layout, layoutOf } from './layout.js';
import { agentsLeave } from './hard-links.js';
import { checkDocuments, withDocuments } from './kept-documents.js';
import { NO_RUNNER } from './links/no-runner.js';
import { LinkedTrees } from './linked-trees.js';
import type { Tell } from './links/tree-links.js';
import type { ReleasesOptions, WorkSettings } from './releases-options.js';
import { seenNeed, seenWhole } from './quick-look.js';
import { DiskWork } from './work/disk-work.js';
import type { MakeJob, ReleaseWork, TreeJob } from './work/release-work.js';

const RESERVE_BYTES = 64 * 1024 * 1024;
/** Read already; the others are read again when they are asked for. */
const SPECS_KEPT = 32;
const PATIENCE_MS = 60_000;
const KEEP = 5;
/** Contents of a staging that broke off are there for the next try, unless the room is needed. */
const YOUNG_MS = 3_600_000;
const SLICE_MS = 10;
const UNTOLD = (): void => undefined;
const REUSED = { bytesFromCoordinators: 0, bytesFromPeers: 0 };

export type { ReleasesOptions } from './releases-options.js';

export const createReleases = (options: ReleasesOptions): HostReleases => new HostReleases(options);

export class HostReleases implements Releases, StagingNeeds, SpecSource, ReleaseChecks, ReleaseCleaner {
  private readonly layout: Layout;
  private readonly work: ReleaseWork;
  private readonly cleaning: Cleaning;
  private readonly trees: LinkedTrees;
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
    const { host, bandwidth } = options;
    const fetching = { ...(host === undefined ? {} : { host }), ...(bandwidth === undefined ? {} : { bandwidth }) };
    const settings: WorkSettings = { dataDir, reserveBytes, patienceMs, ...fetching };
    this.work = options.work?.(settings) ?? new DiskWork({ ...settings, clock, sliceMs: SLICE_MS });
    const bring = (job: MakeJob, signal: AbortSignal): Promise<unknown> => this.made(job, UNTOLD, signal);
    this.trees = new LinkedTrees({ dataDir, layout, runner, bring });
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
    const links = this.trees.outlook(spec, manifest);
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

  stage: Releases['stage'] = async (app, release, sources, progress, signal, peers = []) => {
    const spec = this.known(app, release);
    const make = { contents: 'all', sources, peers } as const;
    this.trees.remember(spec, release);
    await this.alone(app, release, async () => {
      this.rememberSources(app, sources);
      await this.bring(spec, release, make, progress, signal);
      this.touch(app, release);
    });
    for (const other of keptReleases(spec)) {
      await this.alone(app, other, () => this.bring(spec, other, make, UNTOLD, signal));
    }
    await this.trees.clear(app);
  };

  verify: Releases['verify'] = async (app, release, how) => {
    const spec = this.known(app, release);
    for (const one of [release, ...keptReleases(spec)]) {
      await this.alone(app, one, async () => {
        if (how === 'check') await this.check(spec, one);
        else {
          const make = { contents: 'needed', sources: this.knownSources(app), peers: [] } as const;
          await this.bring(spec, one, make, UNTOLD, new AbortController().signal);
        }
      });
    }
  };

  /** Where there is no room, what nobody needs goes first. */
  private async bring(
    spec: HostSpec,
    release: AgentRelease,
    how: Pick<MakeJob, 'contents' | 'sources' | 'peers'>,
    progress: Parameters<Releases['stage']>[3],
    signal: AbortSignal,
  ): Promise<void> {
    const { app } = spec;
    const [tree, token] = [this.layout.tree(app, release.digest), this.options.token()];
    const job: MakeJob = { ...this.jobOf(spec, release), ...how, ...(token === undefined ? {} : { token }) };
    const seen = this.clearing > 0 ? undefined : await seenWhole(this.layout, job, how.contents);
    let last: StageStep = { bytesDone: seen ?? 0, bytesTotal: seen ?? 0, ...REUSED, bytesReused: seen ?? 0 };
    const told = (step: StageStep): void => progress((last = step));
    if (seen !== undefined) told(last);
    const { building } = seen === undefined ? await this.made(job, told, signal) : { building: undefined };
    if (seen === undefined) this.rememberLater(job);
    const tell: Tell = (preparing) => progress(preparing === undefined ? last : { ...last, preparing });
    await this.trees.link(job, building ?? tree, signal, tell);
    if (building === undefined) return;
    renameSync(building, tree);
    syncFolder(this.layout.appFolder(app));
  }

  /** Whoever uses this tree next waits for it. */
  private rememberLater(job: TreeJob): void {
    void this.alone(job.app, job.release, () => this.work.remember(job)).catch(() => undefined);
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
    return { app: spec.app, release, mayLink, apart: this.trees.apart(spec.app, digest) };
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
      for (const app of new Set(dropped.map((one) => one.app))) await this.trees.clear(app);
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

  checkAll: ReleaseChecks['checkAll'] = async (ask, progress, signal) => {
    const { app, release, peers = [] } = ask;
    const { version, digest } = release;
    if (!existsSync(this.tree(app, release))) {
      throw new OutriderError('refused', `${app} ${version} is not on this host.`);
    }
    return this.alone(app, release, async () => {
      const { hasManifest, ...found } = checkDocuments(this.layout, ask, this.options.needed?.().releases ?? []);
      if (!hasManifest) return { ...found, files: 0, bytes: 0 };
      const token = this.options.token();
      const sources = [...ask.sources, ...this.knownSources(app)];
      const from = { sources, peers, ...(token === undefined ? {} : { token }) };
      const job = { app, release: { version, digest }, mayLink: true, apart: this.trees.apart(app, digest), ...from };
      return withDocuments(found, await this.work.verify(job, progress, signal));
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

function named(app: string): string {
  if (isName(app)) return app;
  throw new OutriderError('invalid', `${JSON.stringify(app.slice(0, 80))} is no name of an app.`);
}
