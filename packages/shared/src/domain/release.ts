import type { HostAgent } from './agent.js';
import type { ReleaseSignature } from './release-signature.js';

/** One entry of a release's tree. `path` is relative, `/`-separated, without `.` and `..`. */
export type ManifestEntry =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** 0o755 where the owner may execute it, else 0o644. */
      readonly mode: number;
      readonly size: number;
      readonly sha256: string;
    }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  | { readonly kind: 'folder'; readonly path: string };

/**
 * The tree of a release. Its canonical JSON is what travels and what the release's digest (sha256) is
 * taken over; entries are sorted by path. Folders are listed only where they are empty.
 */
export interface Manifest {
  readonly app: string;
  readonly entries: readonly ManifestEntry[];
}

/** A release as users see it. A version names one digest for ever. */
export interface Release {
  readonly app: string;
  readonly version: string;
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
  /** RFC 3339. */
  readonly pushedAt: string;
  readonly by: string;
  readonly message?: string;
  /** Of each key the newest; absent: nobody has signed it. */
  readonly signatures?: readonly ReleaseSignature[];
}

/** What one host is to run of a release; its canonical JSON travels, `specDigest` is taken over it. */
export interface HostSpec {
  readonly app: string;
  readonly version: string;
  /** Of the manifest. */
  readonly digest: string;
  readonly environment: string;
  readonly host: string;
  /** Name to address of every host of the inventory when the plan was made. */
  readonly hosts: Readonly<Record<string, string>>;
  /** In the order of `agents.yaml`; only those with an instance on this host. */
  readonly agents: readonly HostAgent[];
}

/** Names exactly what a host runs. */
export interface ReleaseRef {
  readonly version: string;
  readonly digest: string;
  readonly specDigest: string;
}

export const sameRelease = (a: ReleaseRef | undefined, b: ReleaseRef | undefined): boolean =>
  a?.digest === b?.digest && a?.specDigest === b?.specDigest && a?.version === b?.version;
