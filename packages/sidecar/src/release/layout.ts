/** Where releases live below data_dir. Every name that becomes part of a path was checked before it came here. */
import { join } from 'node:path';
import { blobPath } from '@outrider/shared/release/store/blob-files.js';

export interface Layout {
  readonly blobs: string;
  readonly blob: (sha256: string) => string;
  /** Half-written files; emptied at each start. On the same file system as what they become. */
  readonly incoming: string;
  /** Folders of apps. */
  readonly releases: string;
  readonly appFolder: (app: string) => string;
  readonly tree: (app: string, digest: string) => string;
  /** A tree on its way; renamed when it is whole. */
  readonly building: (app: string, digest: string) => string;
  /** What was a tree, or was to become one; it only has to go. */
  readonly removing: (app: string, digest: string) => string;
  readonly manifests: (app: string) => string;
  readonly manifest: (app: string, digest: string) => string;
  readonly specs: (app: string) => string;
  readonly spec: (app: string, specDigest: string) => string;
  /** Files that need not be read again: see proven-files.ts. */
  readonly proven: string;
  /** Who served this app's blobs last. */
  readonly sources: (app: string) => string;
}

export const REMOVING = '.removing';
export const BUILDING = '.building';

export function layoutOf(dataDir: string): Layout {
  const [releases, blobs] = [join(dataDir, 'releases'), join(dataDir, 'blobs')];
  const manifests = (app: string): string => join(releases, app, 'manifests');
  const specs = (app: string): string => join(releases, app, 'specs');
  return {
    ...{ blobs, releases, manifests, specs },
    blob: (sha256) => blobPath(blobs, sha256),
    incoming: join(dataDir, 'incoming'),
    proven: join(dataDir, 'proven'),
    appFolder: (app) => join(releases, app),
    tree: (app, digest) => join(releases, app, digest),
    building: (app, digest) => join(releases, app, `${digest}${BUILDING}`),
    removing: (app, digest) => join(releases, app, `${digest}${REMOVING}`),
    manifest: (app, digest) => join(manifests(app), `${digest}.json`),
    spec: (app, specDigest) => join(specs(app), `${specDigest}.json`),
    sources: (app) => join(releases, app, 'sources.json'),
  };
}
