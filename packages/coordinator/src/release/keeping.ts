/**
 * Owns which releases there are no longer: taken out by a person, or by themselves where newer ones have come. What a
 * host runs or could go back to always stays.
 */
import { appOption } from '@outrider/shared/domain/app-option.js';
import type { Manifest, Release, ReleaseUse, ReleaseView } from '@outrider/shared/domain/release.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { redisAway } from '@outrider/shared/runtime/redis-away.js';
import type { ReleaseCatalog } from './catalog.js';
import { bytesOfTheirOwn, type Content, nameOf, outdated, whyItStays } from './keep.js';

export interface KeepingOptions {
  readonly catalog: ReleaseCatalog;
  /** Where releases of an app are in use. Rejects while Redis is away. */
  readonly inUse: (
    app: string,
  ) => Promise<readonly { readonly version?: string; readonly digest?: string; readonly use: ReleaseUse }[]>;
  /** So many of each app stay, if nobody says otherwise. */
  readonly keep: number;
  /** Told of each release that was removed. */
  readonly removed: (release: Release, by: string) => void;
}

export interface Pruned {
  /** Oldest first. */
  readonly removed: readonly Release[];
  readonly bytes: number;
  readonly keep: number;
}

export class ReleaseKeeping {
  constructor(private readonly options: KeepingOptions) {}

  /** With their tags, and where they are in use. */
  async views(releases: readonly Release[]): Promise<readonly ReleaseView[]> {
    const { catalog, inUse } = this.options;
    const apps = [...new Set(releases.map(({ app }) => app))];
    const used = new Map(await Promise.all(apps.map(async (app) => [app, await inUse(app)] as const)));
    return releases.map((release) => ({
      ...release,
      tags: catalog.tagsOf(release.app, release.version),
      uses: (used.get(release.app) ?? [])
        .filter(
          ({ version, digest }) =>
            (version ?? release.version) === release.version && (digest ?? release.digest) === release.digest,
        )
        .map(({ use }) => use),
    }));
  }

  /** The same for a reader: while Redis is away, where they are in use is left out. */
  async shown(releases: readonly Release[]): Promise<readonly ReleaseView[]> {
    try {
      return await this.views(releases);
    } catch {
      return releases.map((one) => ({ ...one, tags: this.options.catalog.tagsOf(one.app, one.version), uses: [] }));
    }
  }

  /** `bytes`: of contents that no other release has. */
  async remove(
    app: string,
    version: string,
    by: string,
  ): Promise<{ readonly release: Release; readonly bytes: number }> {
    const { catalog } = this.options;
    await this.learn();
    const release = catalog.version(app, version);
    if (release === undefined) {
      const tagged = (await catalog.find(app, version))?.version;
      const hint =
        tagged === undefined
          ? `Releases: coordinator release ls${appOption(app, await catalog.list())}.`
          : `The word stands for ${tagged}: name that.`;
      throw new OutriderError('not_found', `There is no release ${version} of ${app}. ${hint}`);
    }
    await this.ensureUnused(release);
    const bytes = await this.bytesOf([release]);
    if (!(await this.removeUnused(release, by))) await this.ensureUnused(release);
    return { release, bytes };
  }

  /** `app` '': every app. `keep` undefined: as the settings say. `spareNewer`: what is newer than all that is active stays. */
  async prune(ask: {
    readonly app: string;
    readonly keep?: number;
    readonly dryRun: boolean;
    readonly spareNewer?: boolean;
    readonly by: string;
  }): Promise<Pruned> {
    const { catalog } = this.options;
    const keep = ask.keep ?? this.options.keep;
    await this.learn();
    const views = await this.views(await catalog.list(ask.app));
    const apps = [...new Set(views.map(({ app }) => app))];
    if (ask.app !== '' && apps.length === 0) throw noneOf(ask.app, await catalog.list());
    const going = apps.flatMap((app) =>
      outdated(
        views.filter((view) => view.app === app),
        keep,
        ask.spareNewer,
      ),
    );
    if (ask.dryRun) return { removed: going, bytes: await this.bytesOf(going), keep };
    const removed: Release[] = [];
    for (const release of going) if (await this.removeUnused(release, ask.by)) removed.push(release);
    // Somebody may have begun to use one of them.
    return { removed, bytes: await this.bytesOf(removed), keep };
  }

  private async learn(): Promise<void> {
    await this.options.catalog.learn().catch((error: unknown) => {
      throw error instanceof OutriderError ? error : redisAway(error, 'No release can be removed');
    });
  }

  private async ensureUnused(release: Release): Promise<void> {
    const [view] = await this.views([release]);
    const why = view === undefined ? undefined : whyItStays(view);
    if (why === undefined) return;
    const of = appOption(release.app, await this.options.catalog.list());
    const remedy =
      view?.uses.length === 0
        ? ` Take the tag away first: coordinator release tag --rm ${view.tags[0] ?? ''}${of}.`
        : '';
    throw new OutriderError('refused', `${nameOf(release)} can't be removed: it ${why}.${remedy}`);
  }

  /** Whoever began to use it in the same moment keeps it: it is back then. */
  private async removeUnused(release: Release, by: string): Promise<boolean> {
    const { catalog, removed } = this.options;
    if (!(await catalog.remove(release, by))) return false;
    const [view] = await this.views([release]).catch(() => []);
    if (view === undefined || whyItStays(view) !== undefined) {
      await catalog.bringBack(release);
      return false;
    }
    removed(release, by);
    return true;
  }

  private async bytesOf(going: readonly Release[]): Promise<number> {
    if (going.length === 0) return 0;
    const { catalog } = this.options;
    const gone = new Set(going.map(({ app, version }) => `${app}/${version}`));
    const others = new Set<string>();
    for (const { app, version, digest } of await catalog.list()) {
      if (gone.has(`${app}/${version}`)) continue;
      for (const { sha256 } of await this.contentsOf(digest)) others.add(sha256);
    }
    const theirs: Content[] = [];
    for (const { digest } of going) theirs.push(...(await this.contentsOf(digest)));
    return bytesOfTheirOwn(theirs, others);
  }

  /** Empty: it is not here, so nothing is freed here. */
  private async contentsOf(digest: string): Promise<readonly Content[]> {
    try {
      const { manifest, bytes } = await this.options.catalog.manifest(digest);
      return [{ sha256: digest, size: bytes.length }, ...contentsIn(manifest)];
    } catch (error) {
      if (error instanceof OutriderError) return [];
      throw error;
    }
  }
}

function noneOf(app: string, releases: readonly Release[]): OutriderError {
  const apps = [...new Set(releases.map((release) => release.app))].join(', ');
  const hint = apps === '' ? 'No release was pushed yet.' : `There are releases of ${apps}.`;
  return new OutriderError('not_found', `There is no release of ${app}. ${hint}`);
}

export const contentsIn = ({ entries }: Manifest): readonly Content[] =>
  entries.flatMap((entry) => (entry.kind === 'file' ? [{ sha256: entry.sha256, size: entry.size }] : []));
