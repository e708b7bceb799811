/**
 * Takes releases that nobody needs off this host, in an order that leaves nothing that looks whole and is not: first the
 * name of the tree, then the documents; what is large goes later. Everything here is done in one turn of the event loop,
 * so that no release is accepted in between.
 */
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { keptReleases } from '@outrider/shared/domain/agent-release.js';
import { isDigest, isName } from '@outrider/shared/domain/name.js';
import { syncFolder } from '@outrider/shared/runtime/durable-file.js';
import type { NeededReleases } from '../supervise/ports.js';
import { loadSpec } from './documents.js';
import { digestsIn, foldersIn, namesIn } from './held-releases.js';
import { type Held, type HeldSpec, type NeededHere, type Staying, stayingOf } from './kept-here.js';
import { BUILDING, type Layout } from './layout.js';
import type { TreePlace } from './work/release-work.js';

export interface CleaningOptions {
  readonly layout: Layout;
  /** Something is being done with its tree. */
  readonly isBusy: (place: TreePlace) => boolean;
}

export class Cleaning {
  constructor(private readonly options: CleaningOptions) {}

  /** Releases that would go. */
  droppable(needed: NeededReleases, keep: number): readonly TreePlace[] {
    return this.apps().flatMap((app) => {
      const held = this.heldOf(app);
      const { digests } = stayingOf(held, neededOf(app, needed), keep);
      return held.releases
        .filter(({ digest }) => !digests.has(digest) && !this.options.isBusy({ app, digest }))
        .map(({ digest }) => ({ app, digest }));
    });
  }

  /** Afterwards none of what goes is a release any more. Returns which went. */
  drop(needed: NeededReleases, keep: number): readonly TreePlace[] {
    return this.apps().flatMap((app) => {
      const held = this.heldOf(app);
      const staying = stayingOf(held, neededOf(app, needed), keep);
      const goes = ({ digest }: { readonly digest: string }): boolean =>
        !staying.digests.has(digest) && !this.options.isBusy({ app, digest });
      const dropped = held.releases.filter(goes).map(({ digest }) => ({ app, digest }));
      this.dropTrees(app, [...dropped, ...this.halfBuilt(app)]);
      this.dropDocuments(app, dropped, held, staying);
      return dropped;
    });
  }

  private dropTrees(app: string, places: readonly TreePlace[]): void {
    const { layout } = this.options;
    let renamed = false;
    for (const { digest } of places) {
      for (const path of [layout.tree(app, digest), layout.building(app, digest)]) {
        if (!existsSync(path)) continue;
        renameSync(path, freeName(layout.removing(app, digest)));
        renamed = true;
      }
    }
    if (renamed) syncFolder(layout.appFolder(app));
  }

  private dropDocuments(app: string, dropped: readonly TreePlace[], held: Held, staying: Staying): void {
    const { layout, isBusy } = this.options;
    for (const { specDigest, digest } of held.specs) {
      if (staying.specDigests.has(specDigest) || isBusy({ app, digest })) continue;
      rmSync(layout.spec(app, specDigest), { force: true });
    }
    for (const { digest } of dropped) rmSync(layout.manifest(app, digest), { force: true });
    // What a killed process was writing.
    for (const folder of [layout.specs(app), layout.manifests(app)]) {
      for (const name of namesIn(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name), { force: true });
    }
  }

  private halfBuilt(app: string): readonly TreePlace[] {
    return foldersIn(this.options.layout.appFolder(app))
      .filter((name) => name.endsWith(BUILDING))
      .map((name) => ({ app, digest: name.slice(0, -BUILDING.length) }))
      .filter((place) => !existsSync(this.options.layout.tree(app, place.digest)) && !this.options.isBusy(place));
  }

  private heldOf(app: string): Held {
    const { layout } = this.options;
    const [manifests, trees] = [digestsIn(layout.manifests(app)), foldersIn(layout.appFolder(app)).filter(isDigest)];
    const releases = [...new Set([...manifests, ...trees])].map((digest) => ({
      digest,
      at: timeOf(layout.manifest(app, digest)),
      isWhole: trees.includes(digest),
    }));
    return { releases, specs: digestsIn(layout.specs(app)).map((specDigest) => this.specOf(app, specDigest)) };
  }

  private specOf(app: string, specDigest: string): HeldSpec {
    const at = timeOf(this.options.layout.spec(app, specDigest));
    try {
      const spec = loadSpec(this.options.layout, app, specDigest);
      return { specDigest, version: spec.version, digest: spec.digest, kept: keptReleases(spec), at };
    } catch {
      // It is of no use to anybody; one that is needed stays, so that its damage is told where it is used.
      return { specDigest, version: '', digest: '', kept: [], at };
    }
  }

  private apps(): readonly string[] {
    return foldersIn(this.options.layout.releases).filter(isName);
  }
}

const neededOf = (app: string, { releases, running }: NeededReleases): NeededHere => ({
  releases: releases.filter((one) => one.app === app),
  versions: running.filter((one) => one.app === app).map(({ version }) => version),
});

const timeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** One may still be on its way out. */
function freeName(path: string): string {
  for (let count = 0; ; count += 1) {
    const name = count === 0 ? path : path.replace(/(\.removing)$/, `.${count}$1`);
    if (!existsSync(name)) return name;
  }
}
