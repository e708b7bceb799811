/** Puts into trees what they hold besides their entries, and takes away what no tree has any more. */
import { existsSync, rmSync } from 'node:fs';
import type { AgentRelease } from '@outrider/shared/domain/agent.js';
import { linksOf } from '@outrider/shared/domain/prepare.js';
import type { HostSpec, Manifest } from '@outrider/shared/domain/release.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { loadManifest } from './documents.js';
import type { Layout } from './layout.js';
import { DamagedBlob } from './links/lay-out.js';
import type { StepRunner } from './links/ports.js';
import { Linker, type LinksOutlook, type Tell, treeLinksOf, treesIn } from './links/tree-links.js';
import type { MakeJob } from './work/release-work.js';

export interface LinkedTreesOptions {
  readonly dataDir: string;
  readonly layout: Layout;
  readonly runner: StepRunner;
  /** Brings what is missing of a release. */
  readonly bring: (job: MakeJob, signal: AbortSignal) => Promise<unknown>;
}

export class LinkedTrees {
  private readonly linker: Linker;

  constructor(private readonly options: LinkedTreesOptions) {
    const { dataDir, layout, runner } = options;
    const isKnown = (app: string, digest: string): boolean => existsSync(layout.manifest(app, digest));
    this.linker = new Linker({ dataDir, contents: { path: layout.blob }, runner, tree: layout.tree, isKnown });
  }

  outlook(spec: HostSpec, { entries }: Manifest): LinksOutlook {
    return this.linker.outlook(spec.app, spec.digest, treeLinksOf(spec), entries);
  }

  /** Durable before its tree is made. */
  remember(spec: HostSpec, { digest }: Pick<AgentRelease, 'digest'>): void {
    this.linker.remember(spec.app, digest, treeLinksOf(spec));
  }

  /** Paths in its tree that are not for the manifest to say. */
  apart(app: string, digest: string): readonly string[] {
    return linksOf(this.linker.of(app, digest));
  }

  /** What the tree holds besides its entries. A stored content of it that has gone bad is brought anew, once each. */
  async link(job: MakeJob, root: string, signal: AbortSignal, tell: Tell): Promise<void> {
    const { app, release } = job;
    const links = this.linker.of(app, release.digest);
    if (linksOf(links).length === 0) return;
    const { entries } = loadManifest(this.options.layout, app, release.digest);
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
        rmSync(this.options.layout.blob(sha256), { force: true });
        await this.options.bring({ ...job, contents: 'all' }, signal);
      }
    }
  }

  /** What can't be taken away now is there the next time. */
  async clear(app: string): Promise<void> {
    await this.linker.clear(app, treesIn(this.options.layout.appFolder(app))).catch(() => undefined);
  }
}

function cannotMend(app: string, { version }: AgentRelease, path: string, cause: unknown): OutriderError {
  const words = `The stored content of ${path} of ${app} ${version} is damaged. Stage this release again.`;
  return new OutriderError('unavailable', words, { cause });
}
