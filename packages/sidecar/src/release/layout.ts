/** Where releases live below data_dir. Every name that becomes part of a path was checked before it came here. */
import { join } from 'node:path';

export interface Layout {
  readonly blobs: string;
  /** Half-written files; emptied at each start. On the same file system as what they become. */
  readonly incoming: string;
  /** Folders of apps. */
  readonly releases: string;
  readonly appFolder: (app: string) => string;
  readonly tree: (app: string, digest: string) => string;
  /** A tree on its way; renamed when it is whole. */
  readonly building: (app: string, digest: string) => string;
  readonly manifest: (app: string, digest: string) => string;
  readonly spec: (app: string, specDigest: string) => string;
  /** Who served this app's blobs last. */
  readonly sources: (app: string) => string;
}

export function layoutOf(dataDir: string): Layout {
  const releases = join(dataDir, 'releases');
  return {
    blobs: join(dataDir, 'blobs'),
    incoming: join(dataDir, 'incoming'),
    releases,
    appFolder: (app) => join(releases, app),
    tree: (app, digest) => join(releases, app, digest),
    building: (app, digest) => join(releases, app, `${digest}.building`),
    manifest: (app, digest) => join(releases, app, 'manifests', `${digest}.json`),
    spec: (app, specDigest) => join(releases, app, 'specs', `${specDigest}.json`),
    sources: (app) => join(releases, app, 'sources.json'),
  };
}
