/**
 * Owns data_dir/data: what agents keep across releases. A place is filled once, from the release that names it first;
 * from then on it is the agents' own, and nothing here writes into it or takes anything away.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { chmod, lchown, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DataPath, isWithin } from '@outrider/shared/domain/prepare.js';
import type { ManifestEntry } from '@outrider/shared/domain/release.js';
import { syncFolder, writeDurably } from '@outrider/shared/runtime/durable-file.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { bytesOf, type Contents, layOut } from './lay-out.js';
import type { Owner, Owners } from './ports.js';

/** No app has such a name. */
const OWN = '.outrider';
const FOLDER_MODE = 0o700;

export class DataFolders {
  constructor(
    private readonly root: string,
    private readonly contents: Contents,
    private readonly owners: Owners,
  ) {}

  /** Absolute. */
  place(app: string, path: string): string {
    return join(this.root, app, path);
  }

  /** Where a folder that stands in the place of a link is kept. */
  spare(app: string, folder: string): string {
    return join(this.root, OWN, 'replaced', app, `${encodeURIComponent(folder)}-${randomUUID()}`);
  }

  /** Why these can't be had, as a sentence; undefined: they can. */
  problemOf(app: string, data: readonly DataPath[]): string | undefined {
    for (const { folder, user } of data) {
      try {
        const owner = this.owners.ownerOf(user);
        const path = this.place(app, folder);
        const found = owner === undefined ? undefined : lstatSync(path, { throwIfNoEntry: false });
        if (owner === undefined || found === undefined || found.uid === owner.uid) continue;
        return `The data in ${path} are of the user ${found.uid}, and agents of ${app} would use them as ${user ?? 'root'} (${owner.uid}): stop them and "chown -R ${owner.uid}:${owner.gid} ${path}", or leave the user as it is.`;
      } catch (error) {
        if (!(error instanceof OutriderError)) throw error;
        return error.message;
      }
    }
    return undefined;
  }

  /** Those whose content in the release will not be used, since they are there already. */
  seeded(app: string, data: readonly DataPath[], entries: readonly ManifestEntry[]): readonly string[] {
    const known = this.filled(app);
    return data
      .filter(({ path }) => entries.some((entry) => isWithin(entry.path, path)))
      .filter(({ path }) => known.includes(path) || existsSync(this.place(app, path)))
      .map(({ path }) => path);
  }

  /** What filling it would add to the disk. */
  bytesFor(app: string, data: readonly DataPath[], entries: readonly ManifestEntry[]): number {
    const known = this.filled(app);
    const fresh = data.filter(({ path }) => !known.includes(path) && !existsSync(this.place(app, path)));
    return bytesOf(entries.filter((entry) => fresh.some(({ path }) => isWithin(entry.path, path))));
  }

  /** Nothing is to be made any more. */
  isFilled(app: string, data: readonly DataPath[]): boolean {
    const known = this.filled(app);
    return data.every(({ path, folder }) => known.includes(path) && existsSync(this.place(app, folder)));
  }

  /** Makes what is not there yet, with what the release brings for it. @throws DamagedBlob */
  async fill(
    app: string,
    data: readonly DataPath[],
    entries: readonly ManifestEntry[],
    signal: AbortSignal,
  ): Promise<void> {
    const known = this.filled(app);
    const fresh = data.filter(({ path }) => !known.includes(path));
    for (const one of fresh) await this.fillOne(app, one, entries, signal);
    for (const one of data) await this.makeFolder(app, one.folder, one);
    if (fresh.length === 0) return;
    writeDurably(this.listOf(app), JSON.stringify([...known, ...fresh.map(({ path }) => path)]), 0o600);
  }

  /** What is there before it is named stays as it is. A file that the release does not bring is made by its agent. */
  private async fillOne(
    app: string,
    one: DataPath,
    entries: readonly ManifestEntry[],
    signal: AbortSignal,
  ): Promise<void> {
    const { path, kind, folder, user } = one;
    const place = this.place(app, path);
    const own = entries.filter((entry) => isWithin(entry.path, path));
    if (existsSync(place) || (kind === 'file' && own.length === 0)) return;
    const half = join(this.root, OWN, 'incoming', randomUUID());
    const owner = this.owners.ownerOf(user);
    try {
      mkdirSync(dirname(half), { recursive: true, mode: FOLDER_MODE });
      if (kind === 'folder') await newFolder(half, owner);
      await layOut(half, path, own, this.contents, owner, signal);
      for (const above of foldersAbove(folder, path)) await this.makeFolder(app, above, one);
      this.checkWay(app, path);
      mkdirSync(dirname(place), { recursive: true, mode: 0o755 });
      await rename(half, place);
    } catch (error) {
      await rm(half, { recursive: true, force: true });
      throw error;
    }
    syncFolder(dirname(place));
  }

  private async makeFolder(app: string, path: string, { user }: DataPath): Promise<void> {
    const place = this.place(app, path);
    if (existsSync(place)) return;
    mkdirSync(this.root, { recursive: true, mode: 0o755 });
    this.checkWay(app, path);
    mkdirSync(dirname(place), { recursive: true, mode: 0o755 });
    await newFolder(place, this.owners.ownerOf(user));
    syncFolder(dirname(place));
  }

  /** What agents may write to may lead anywhere. */
  private checkWay(app: string, path: string): void {
    const parts = path.split('/').slice(0, -1);
    for (const [index] of parts.entries()) {
      const above = this.place(app, parts.slice(0, index + 1).join('/'));
      if (lstatSync(above, { throwIfNoEntry: false })?.isSymbolicLink() !== true) continue;
      throw new OutriderError('refused', `${above} is a symbolic link, so nothing is put below it: make it a folder.`);
    }
  }

  /** Where it can't be read, the worst is that what an agent has removed is brought back. */
  private filled(app: string): readonly string[] {
    try {
      return JSON.parse(readFileSync(this.listOf(app), 'utf8')) as readonly string[];
    } catch {
      return [];
    }
  }

  private listOf(app: string): string {
    return join(this.root, OWN, `${app}.json`);
  }
}

async function newFolder(path: string, owner: Owner | undefined): Promise<void> {
  await mkdir(path);
  await chmod(path, FOLDER_MODE);
  if (owner !== undefined) await lchown(path, owner.uid, owner.gid);
}

/** From `folder` on, those that `path` is in; outer before inner. */
function foldersAbove(folder: string, path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/')).filter((one) => isWithin(one, folder));
}
