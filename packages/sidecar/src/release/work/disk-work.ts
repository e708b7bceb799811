/** Does the long part in the thread that it is in. Its calls are synchronous and short; between them others have their turn. */
import { existsSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Manifest } from '@outrider/shared/domain/release.js';
import { AGENTS_FILE, readManifest } from '@outrider/shared/release/manifest.js';
import { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { DiskProblem, diskProblem, problemOfSpace } from '@outrider/shared/release/store/disk.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { Pace } from '@outrider/shared/release/transfer/pace.js';
import { basesHere } from '../bases-here.js';
import { fetchBlobs, type FetchOptions } from '../blob-fetch.js';
import { loadManifest } from '../documents.js';
import { checkRelease } from '../check.js';
import { contentsOf, Fetching, type Stored, storedOf, sum } from '../fetching.js';
import { type Layout, layoutOf } from '../layout.js';
import { needFor, needOf, treeOf } from '../look.js';
import { COARSE_MS, ProvenFiles } from '../proven-files.js';
import { buildTree } from '../tree-build.js';
import { type FileEntry, TreeContents } from '../tree-contents.js';
import { differencesOf, mendTree, type Tree } from '../tree.js';
import { Turns } from '../turns.js';
import { Clearing } from './clearing.js';
import type { MakeJob, NeedJob, ReleaseWork, TreeJob } from './release-work.js';

export interface DiskWorkOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  /** Bytes of the disk that staging never takes. */
  readonly reserveBytes: number;
  /** Fetching gives up when nothing new has come for so long. */
  readonly patienceMs: number;
  /** The name of this host among those that stage together; absent: no other is asked. */
  readonly host?: string;
  /** Bytes in a second that staging fetches at most; absent: as many as come. */
  readonly bandwidth?: number;
  /** Others have their turn so often. */
  readonly sliceMs: number;
}

/** Smaller ones are read in no time. */
const LARGE_BYTES = 16 * 1024 * 1024;

const UNSEEN: Stored = { found: new Map(), missing: new Map() };

type Progress = Parameters<ReleaseWork['make']>[1];

export class DiskWork implements ReleaseWork {
  private readonly layout: Layout;
  private readonly blobs: BlobStore;
  private readonly clearing: Clearing;
  private readonly pace: Pace;
  private readonly proven: ProvenFiles;
  /** By root, trees that were made. */
  private readonly unnoted = new Map<string, Right>();

  constructor(private readonly options: DiskWorkOptions) {
    this.layout = layoutOf(options.dataDir);
    this.blobs = new BlobStore(this.layout.blobs, this.layout.incoming);
    this.proven = new ProvenFiles(this.layout.proven, () => options.clock.now());
    this.pace = new Pace(options.bandwidth, options.clock);
    this.clearing = new Clearing(this.layout, this.blobs, () => this.turns());
  }

  need: ReleaseWork['need'] = async (job: NeedJob) =>
    needFor(this.layout, job, readManifest(job.manifest, job.digest), this.turns());

  make: ReleaseWork['make'] = async (job, progress, signal) => {
    const manifest = loadManifest(this.layout, job.app, job.release.digest);
    const wanted = contentsOf(manifest.entries);
    const letGo = this.blobs.hold(wanted.keys());
    this.clearing.spare(wanted.keys());
    try {
      return await this.madeOf({ job, manifest, wanted, progress, signal, turns: this.turns(signal) });
    } catch (error) {
      if (signal.aborted) throw new OutriderError('unavailable', 'The staging was stopped.', { cause: error });
      throw diskProblem(error, this.options.dataDir);
    } finally {
      letGo();
    }
  };

  remember: ReleaseWork['remember'] = async ({ app, release }) => {
    const root = this.layout.tree(app, release.digest);
    const right = this.unnoted.get(root);
    this.unnoted.delete(root);
    if (right !== undefined) await this.note(root, right);
  };

  check: ReleaseWork['check'] = async (job) => {
    const turns = this.turns();
    const tree = this.treeOf(job, loadManifest(this.layout, job.app, job.release.digest), turns);
    const contents = new TreeContents(tree);
    const different = await differencesOf(tree);
    const [damaged] = await contents.damagedOf(different);
    if (damaged !== undefined) throw cannotMend(job, damaged);
    if (different.length > 0 || !this.proven.hasMissed) return;
    await this.note(tree.root, { ...tree, apart: contents.rightApart, at: this.options.clock.monotonic() });
  };

  verify: ReleaseWork['verify'] = async (job, progress, signal) => {
    const manifest = loadManifest(this.layout, job.app, job.release.digest);
    const turns = this.turns(signal);
    const tree = treeOf(this.layout, job, manifest, turns);
    const make = { job: { ...job, contents: 'needed' as const }, manifest, signal };
    const letGo = this.blobs.hold(contentsOf(manifest.entries).keys());
    try {
      return await checkRelease({
        ...{ tree, manifest, blobs: this.blobs, progress, signal },
        fetch: (wanted) => this.fetchAnew(make, wanted),
        mend: async () => {
          this.proven.clear();
          await this.make(make.job, () => undefined, signal);
        },
      });
    } finally {
      letGo();
    }
  };

  clear: ReleaseWork['clear'] = ({ since }) => this.clearing.clear(since);

  freeable: ReleaseWork['freeable'] = (dropped) => this.clearing.freeable(dropped);

  private async madeOf(make: Making): ReturnType<ReleaseWork['make']> {
    const { job, manifest, wanted, progress, turns } = make;
    const { found, missing } = job.contents === 'all' ? await storedOf(wanted, this.layout.blob, turns) : UNSEEN;
    const fetching = new Fetching(wanted, missing, progress);
    if (job.contents === 'all') await this.fetchAll(make, missing, fetching);
    // The disk may write them while their tree is made.
    const written = this.blobs.settle();
    // Whoever fails before it is waited for says why.
    written.catch(() => undefined);
    const tree = this.treeOf(job, manifest, turns);
    const isNew = !existsSync(tree.root);
    const contents = new TreeContents({ ...tree, found });
    contents.trust(missing.keys());
    // All of it, also what is apart: what furnishes the tree finds it there.
    const fresh = { ...tree, entries: manifest.entries, root: this.layout.building(job.app, job.release.digest) };
    const made = isNew ? fresh : tree;
    const lacking = isNew ? made.entries : await differencesOf(made);
    await this.mendContents(make, lacking, contents);
    if (isNew) await buildTree(made, contents);
    else await mendTree(made, lacking, contents, this.layout.incoming);
    await written;
    if (lacking.length > 0 || this.proven.hasMissed) {
      this.unnoted.set(tree.root, {
        entries: tree.entries,
        apart: contents.rightApart,
        at: this.options.clock.monotonic(),
      });
    }
    fetching.finish();
    return isNew ? { building: made.root } : {};
  }

  private treeOf(job: TreeJob, manifest: Manifest, turns: Turns): Tree {
    return { ...treeOf(this.layout, job, manifest, turns), proven: this.proven };
  }

  private async note(root: string, { entries, apart, at }: Right): Promise<void> {
    if (sum(entries.map((entry) => (entry.kind === 'file' ? entry.size : 0))) < LARGE_BYTES) return;
    // What was written just now could change in the same tick of the file system's clock.
    await pause(Math.max(0, at + 2 * COARSE_MS - this.options.clock.monotonic()));
    this.proven.add(
      entries.flatMap((entry) => (entry.kind === 'file' ? [[`${root}/${entry.path}`, entry.sha256] as const] : [])),
    );
    this.proven.add(apart.map((sha256) => [this.layout.blob(sha256), sha256] as const));
    this.proven.save();
  }

  private async fetchAll(make: Making, missing: ReadonlyMap<string, number>, fetching: Fetching): Promise<void> {
    const { entries } = make.manifest;
    const { dataDir, reserveBytes: reserve } = this.options;
    const spec = entries.find(({ path }) => path === AGENTS_FILE);
    const rest = new Map(missing);
    // It says whether the tree takes any room of its own.
    if (make.job.mayLink && spec?.kind === 'file' && rest.delete(spec.sha256)) {
      await this.fetch(make, new Map([[spec.sha256, spec.size]]), fetching.add);
    }
    const { app, release, mayLink } = make.job;
    const room = await needOf(this.layout, { app, digest: release.digest, mayLink }, make.manifest, missing);
    const problem = problemOfSpace(dataDir, { ...room, reserve });
    if (problem !== undefined) throw new DiskProblem('refused', problem);
    await this.fetch(make, rest, fetching.add);
  }

  /** What is stored and has gone bad is fetched anew. */
  private async mendContents(make: Making, lacking: Tree['entries'], contents: TreeContents): Promise<void> {
    const damaged = await contents.damagedOf(lacking);
    const [first] = damaged;
    if (first === undefined) return;
    if (make.job.sources.length === 0) throw cannotMend(make.job, first);
    const wanted = contentsOf(damaged);
    for (const sha256 of wanted.keys()) await this.blobs.remove(sha256);
    await this.fetchAnew(make, wanted).catch((cause: unknown) => {
      throw cause instanceof DiskProblem ? cause : cannotMend(make.job, first, cause);
    });
    contents.trust(wanted.keys());
  }

  private async fetchAnew(make: Parameters<DiskWork['fetch']>[0], wanted: ReadonlyMap<string, number>): Promise<void> {
    await this.fetch(make, wanted, () => undefined);
    await this.blobs.settle();
  }

  /** Durable with the next `settle`. */
  private async fetch(
    { job, manifest, signal }: Pick<Making, 'job' | 'manifest' | 'signal'>,
    wanted: ReadonlyMap<string, number>,
    progress: FetchOptions['progress'],
  ): Promise<void> {
    const { clock, patienceMs, host } = this.options;
    const { sources, peers, token } = job;
    const bases = await basesHere(this.layout, manifest, job.release.digest, wanted, this.blobs);
    await fetchBlobs({
      ...{ blobs: this.blobs, wanted, sources, peers, bases, pace: this.pace, token: () => token },
      ...{ clock, progress, signal, patienceMs },
      ...(host === undefined ? {} : { host }),
    });
  }

  private turns(signal?: AbortSignal): Turns {
    return new Turns(this.options.sliceMs, signal);
  }
}

/** A tree whose entries are right. */
interface Right {
  readonly entries: Tree['entries'];
  /** Contents that are right besides: sha256. */
  readonly apart: readonly string[];
  /** Since when: monotonic milliseconds. */
  readonly at: number;
}

interface Making {
  readonly job: MakeJob;
  readonly manifest: Manifest;
  /** Bytes by sha256. */
  readonly wanted: ReadonlyMap<string, number>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly turns: Turns;
}

function cannotMend({ app, release }: TreeJob, entry: FileEntry, cause?: unknown): OutriderError {
  const fetched = cause instanceof OutriderError ? ` ${cause.message}` : '';
  return new OutriderError(
    'unavailable',
    `${entry.path} of ${app} ${release.version} is not what the release says, and its stored content is damaged too.${fetched} Stage this release again.`,
    { cause },
  );
}
