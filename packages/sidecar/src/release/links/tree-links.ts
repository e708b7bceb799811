/**
 * What a tree holds besides its entries: links to what is prepared once, and to data that outlive it. What that is
 * follows from the release alone, so it is written down by the digest of the release. Never touches another tree.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Preparing } from '@outrider/shared/domain/host.js';
import { isDigest } from '@outrider/shared/domain/name.js';
import { type DataPath, type HostPrepare, linksOf, type PrepareOutlook } from '@outrider/shared/domain/prepare.js';
import type { HostSpec, ManifestEntry } from '@outrider/shared/domain/release.js';
import { matching } from '@outrider/shared/release/agent-files.js';
import { writeDurably } from '@outrider/shared/runtime/durable-file.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { BUILDING } from '../layout.js';
import { DataFolders } from './data-folders.js';
import { bytesOf, type Contents } from './lay-out.js';
import type { StepRunner } from './ports.js';
import { Prepared } from './prepared.js';
import { putLink, targetOf } from './put-link.js';

export interface TreeLinks {
  readonly prepare: readonly HostPrepare[];
  readonly data: readonly DataPath[];
}

export interface LinksOutlook {
  /** Why it can't be had on this host, as a sentence; absent: it can. */
  readonly problem?: string;
  /** What it would add to the disk, without what steps create: that is not known before. */
  readonly bytes: number;
  readonly prepare: readonly PrepareOutlook[];
  /** Sentences that refuse nothing. */
  readonly notices: readonly string[];
}

/** Of the step that runs now; nothing: none does. */
export type Tell = (preparing?: Preparing) => void;

export interface LinkerOptions {
  readonly dataDir: string;
  readonly contents: Contents;
  readonly runner: StepRunner;
  /** The tree of a release of this host. */
  readonly tree: (app: string, digest: string) => string;
  /** Its manifest is here: its tree may be made again. */
  readonly isKnown: (app: string, digest: string) => boolean;
}

const NONE: TreeLinks = { prepare: [], data: [] };

export const treeLinksOf = ({ prepare = [], data = [] }: Pick<HostSpec, 'prepare' | 'data'>): TreeLinks => ({
  prepare,
  data,
});

export class Linker {
  private readonly prepared: Prepared;
  private readonly data: DataFolders;
  private readonly records: string;
  /** One thing at a time for each result, and for the data of each app. */
  private readonly busy = new Map<string, Promise<void>>();
  /** Results that are being linked, or made to be. */
  private readonly wanted = new Set<ReadonlySet<string>>();

  constructor(private readonly options: LinkerOptions) {
    const { dataDir, contents, runner } = options;
    this.records = join(dataDir, 'prepared', '.releases');
    this.prepared = new Prepared(join(dataDir, 'prepared'), contents, runner);
    this.data = new DataFolders(join(dataDir, 'data'), contents, runner);
  }

  /** Durable before its tree is made. */
  remember(app: string, digest: string, links: TreeLinks): void {
    if (linksOf(links).length === 0 && !existsSync(this.recordOf(app, digest))) return;
    writeDurably(this.recordOf(app, digest), JSON.stringify(links), 0o644);
  }

  of(app: string, digest: string): TreeLinks {
    const path = this.recordOf(app, digest);
    try {
      return JSON.parse(readFileSync(path, 'utf8')) as TreeLinks;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NONE;
      throw new OutriderError('invalid', `${path} is damaged. Stage its release again.`, { cause: error });
    }
  }

  /** What this host says to it before anything of it is brought here. */
  outlook(app: string, digest: string, links: TreeLinks, entries: readonly ManifestEntry[]): LinksOutlook {
    const { prepare, data } = links;
    const { runner, tree } = this.options;
    const problem = prepare.map((step) => runner.problemOf(step)).find((one) => one !== undefined);
    const found = problem ?? this.data.problemOf(app, data);
    if (found !== undefined) return { problem: found, bytes: 0, prepare: [], notices: [] };
    const keys = this.keysOf(app, tree(app, digest), prepare);
    const missing = prepare.filter(({ name }) => !this.prepared.isWhole(app, keys.get(name) ?? ''));
    const inputs = missing.map((step) => bytesOf(matching(step.files, entries))).reduce((sum, bytes) => sum + bytes, 0);
    return {
      bytes: inputs + this.data.bytesFor(app, data, entries),
      prepare: prepare.map((step) => ({ name: step.name, prepared: !missing.includes(step) })),
      notices: this.data
        .seeded(app, data, entries)
        .map((path) => `${path} is data, and is there already: what the release has for it is not used.`),
    };
  }

  /** Fills data, runs what is to be prepared, and links both into the tree. @throws DamagedBlob, OutriderError */
  async place(
    app: string,
    root: string,
    links: TreeLinks,
    entries: readonly ManifestEntry[],
    signal: AbortSignal,
    tell: Tell,
  ): Promise<void> {
    const { prepare, data } = links;
    // What runs may be put in order meanwhile: whoever finds all that he needs waits for nobody.
    if (!this.data.isFilled(app, data)) {
      await this.alone(`${app}/`, () => this.data.fill(app, data, entries, signal));
    }
    // In a tree that is being made no program has run: what stands there is the release's, and data are filled with it.
    const isBuilding = root.endsWith(BUILDING);
    for (const folder of new Set(data.map((one) => one.folder))) {
      const spare = isBuilding ? undefined : this.data.spare(app, folder);
      await putLink(join(root, folder), this.data.place(app, folder), spare);
    }
    const keys = this.keysOf(app, root, prepare);
    const wanted = new Set([...keys.values()].map((key) => `${app}/${key}`));
    this.wanted.add(wanted);
    try {
      for (const step of prepare) await this.placeStep(app, root, step, keys, { links, entries, signal, tell });
    } finally {
      this.wanted.delete(wanted);
    }
  }

  private async placeStep(
    app: string,
    root: string,
    step: HostPrepare,
    keys: ReadonlyMap<string, string>,
    { links, entries, signal, tell }: Placing,
  ): Promise<void> {
    const key = keys.get(step.name) ?? '';
    const needs = links.prepare
      .filter(({ name }) => step.dependsOn.includes(name))
      .map((need) => ({ step: need, key: keys.get(need.name) ?? '' }));
    const make = async (): Promise<void> => {
      if (this.prepared.isWhole(app, key)) return;
      signal.throwIfAborted();
      tell({ step: step.name, withinMs: step.timeoutMs });
      await this.prepared.make(app, step, key, entries, needs, signal);
      tell();
    };
    if (!this.prepared.isWhole(app, key)) await this.alone(`${app}/${key}`, make);
    for (const path of step.creates) await putLink(join(root, path), this.prepared.place(app, key, path));
  }

  /** What no tree of the app has any more is taken away. `trees`: digests of those that are there or on their way. */
  async clear(app: string, trees: ReadonlySet<string>): Promise<void> {
    this.forget(app);
    const left = new Set(this.prepared.keys(app));
    if (left.size === 0) return;
    for (const digest of trees) {
      const { prepare } = this.of(app, digest);
      for (const key of this.keysOf(app, this.options.tree(app, digest), prepare).values()) left.delete(key);
    }
    for (const key of left) {
      const place = `${app}/${key}`;
      await this.alone(place, async () => {
        if (![...this.wanted].some((wanted) => wanted.has(place))) await this.prepared.remove(app, key);
      });
    }
  }

  private forget(app: string): void {
    const folder = join(this.records, app);
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) {
      const digest = name.replace(/\.json$/, '');
      if (isDigest(digest) && !this.options.isKnown(app, digest)) rmSync(join(folder, name), { force: true });
    }
  }

  /**
   * What a tree has stays what it has, also where the program that made it has been replaced since: what runs uses it.
   */
  private keysOf(app: string, root: string, prepare: readonly HostPrepare[]): ReadonlyMap<string, string> {
    const keys = new Map<string, string>();
    for (const step of prepare) {
      const needs = step.dependsOn.map((name) => keys.get(name) ?? '');
      const [path = ''] = step.creates;
      const had = this.prepared.keyBehind(app, step, path, targetOf(join(root, path)));
      keys.set(step.name, had ?? this.prepared.keyOf(step, needs));
    }
    return keys;
  }

  private recordOf(app: string, digest: string): string {
    return join(this.records, app, `${digest}.json`);
  }

  private async alone(place: string, act: () => Promise<void>): Promise<void> {
    const before = this.busy.get(place) ?? Promise.resolve();
    const done = before.then(act);
    const settled = done.catch(() => undefined);
    this.busy.set(place, settled);
    try {
      await done;
    } finally {
      if (this.busy.get(place) === settled) this.busy.delete(place);
    }
  }
}

interface Placing {
  readonly links: TreeLinks;
  readonly entries: readonly ManifestEntry[];
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

/** Digests of the trees that a folder of an app has, those on their way included. */
export const treesIn = (folder: string): ReadonlySet<string> =>
  new Set(
    readdirSync(folder)
      .map((name) => name.replace(/\.building$/, ''))
      .filter(isDigest),
  );
