import type { HostAgent } from './agent.js';

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
  /** What it was made from; absent: as of an older command line. */
  readonly source?: ReleaseSource;
}

export const SOURCE_KINDS = ['folder', 'tar', 'git'] as const;

export interface ReleaseSource {
  readonly kind: (typeof SOURCE_KINDS)[number];
  /** Of git: as it was asked for, and the commit in full. */
  readonly ref?: string;
  readonly commit?: string;
}

/** How a release can be in use. `agent`: an agent of it still runs, or is kept from it. `good`: the word stands for it. */
export const RELEASE_USES = ['active', 'previous', 'candidate', 'staging', 'agent', 'rollout', 'good'] as const;

/** Why a release has to stay. */
export interface ReleaseUse {
  readonly how: (typeof RELEASE_USES)[number];
  /** Absent: it is about none. */
  readonly host?: string;
  readonly rollout?: string;
}

/** A release with what changes about it. */
export interface ReleaseView extends Release {
  readonly tags: readonly string[];
  readonly uses: readonly ReleaseUse[];
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
