/** Clears away what is left of releases that are no more. Which those are is decided before: see `../kept-here.ts`. */
import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { isName } from '@outrider/shared/domain/name.js';
import { contentsOf } from '../fetching.js';
import { digestsIn, foldersIn } from '../held-releases.js';
import { loadManifest } from '../documents.js';
import { type Layout, REMOVING } from '../layout.js';
import type { Turns } from '../turns.js';
import type { Cleared, TreePlace } from './release-work.js';

export class Clearing {
  /** Contents that somebody needs, while contents are being collected. */
  private readonly live = new Set<Set<string>>();

  constructor(
    private readonly layout: Layout,
    private readonly blobs: BlobStore,
    private readonly turns: () => Turns,
  ) {}

  /** They stay, also where a collection has begun before anybody needed them. */
  spare(sha256s: Iterable<string>): void {
    if (this.live.size === 0) return;
    for (const sha256 of sha256s) for (const live of this.live) live.add(sha256);
  }

  async clear(since: number): Promise<Cleared> {
    const problems = await this.removeFolders();
    const live = new Set<string>();
    this.live.add(live);
    try {
      await this.gather(live, this.places());
      const { blobs, bytes } = await this.blobs.collect({ isLive: (sha256) => live.has(sha256), since });
      return { blobs, bytes, problems };
    } catch (error) {
      // Where it is not known what is needed, all of it is.
      return { blobs: 0, bytes: 0, problems: [...problems, messageOf(error)] };
    } finally {
      this.live.delete(live);
    }
  }

  async freeable(dropped: readonly TreePlace[]): Promise<number> {
    const isDropped = ({ app, digest }: TreePlace): boolean =>
      dropped.some((one) => one.app === app && one.digest === digest);
    const live = new Set<string>();
    await this.gather(
      live,
      this.places().filter((place) => !isDropped(place)),
    );
    const isLive = (sha256: string): boolean => live.has(sha256);
    const { bytes } = await this.blobs.collect({ isLive, since: Number.MAX_SAFE_INTEGER, dryRun: true });
    return bytes + (await this.bytesOfTrees(dropped, isLive));
  }

  /** With the contents that live on as names in these trees alone. */
  private async bytesOfTrees(trees: readonly TreePlace[], isLive: (sha256: string) => boolean): Promise<number> {
    const [turns, linked] = [this.turns(), new Map<string, number>()];
    let bytes = 0;
    for (const { app, digest } of trees) {
      for (const entry of loadManifest(this.layout, app, digest).entries) {
        await turns.pause();
        if (entry.kind !== 'file') continue;
        const found = lstatSync(join(this.layout.tree(app, digest), entry.path), { throwIfNoEntry: false });
        if (found?.nlink === 1) bytes += found.size;
        else if (found !== undefined && !isLive(entry.sha256)) linked.set(entry.sha256, found.size);
      }
    }
    for (const size of linked.values()) bytes += size;
    return bytes;
  }

  private async gather(live: Set<string>, places: readonly TreePlace[]): Promise<void> {
    const turns = this.turns();
    for (const { app, digest } of places) {
      for (const sha256 of contentsOf(loadManifest(this.layout, app, digest).entries).keys()) live.add(sha256);
      await turns.pause();
    }
  }

  private places(): readonly TreePlace[] {
    return this.apps().flatMap((app) => digestsIn(this.layout.manifests(app)).map((digest) => ({ app, digest })));
  }

  private async removeFolders(): Promise<string[]> {
    const [turns, problems] = [this.turns(), [] as string[]];
    for (const app of this.apps()) {
      const folder = this.layout.appFolder(app);
      for (const name of readdirSync(folder).filter((one) => one.endsWith(REMOVING))) {
        await removeFolder(join(folder, name), turns).catch((error: unknown) => {
          problems.push(`${join(folder, name)} could not be removed: ${messageOf(error)}.`);
        });
      }
    }
    return problems;
  }

  private apps(): readonly string[] {
    return foldersIn(this.layout.releases).filter(isName);
  }
}

/** Never through a link. */
async function removeFolder(folder: string, turns: Turns): Promise<void> {
  for (const child of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, child.name);
    if (child.isDirectory()) await removeFolder(path, turns);
    else unlinkSync(path);
    await turns.pause();
  }
  rmdirSync(folder);
}
