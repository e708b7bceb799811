/** What is made of a release's files on each host, and what outlives its releases there. */

/** A step of `prepare:`. It is of the release alone: the settings of no environment are in it. */
export interface PrepareSpec {
  readonly name: string;
  /** At least one word; no shell runs. */
  readonly command: readonly string[];
  /** Globs over the release: all that the command finds in its folder. */
  readonly files: readonly string[];
  /** Paths in the release, of folders or files: at least one. */
  readonly creates: readonly string[];
  /** Names of steps before it, whose results it finds in its folder. */
  readonly dependsOn: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** As of an agent; absent: the sidecar's own. */
  readonly user?: string;
  readonly timeoutMs: number;
}

/** A step as a host is to run it. */
export interface HostPrepare extends PrepareSpec {
  /** Digest over all that the release says of it: command, variables, the content of its files, the steps it depends on. */
  readonly inputs: string;
}

/** A path of `data:` on a host. */
export interface DataPath {
  readonly path: string;
  readonly kind: 'file' | 'folder';
  /** The folder that is linked into the tree: the path itself, or one above it. */
  readonly folder: string;
  /** Whose the folder is, as of an agent; absent: the sidecar's own user's. */
  readonly user?: string;
}

/** What a host says of a step before a rollout: whether what it makes is there already. */
export interface PrepareOutlook {
  readonly name: string;
  readonly prepared: boolean;
}

const SEGMENT = /^(?!\.{1,2}$)[^/\x00-\x1f\x7f]{1,80}$/;
const LONGEST_PLACE = 400;

/** `a/b` or `a/b/`: one place, spelled in one way. Anything that could be read in two ways is none. */
export const isPlace = (path: string): boolean =>
  path.length <= LONGEST_PLACE &&
  path
    .replace(/\/$/, '')
    .split('/')
    .every((part) => SEGMENT.test(part));

/** Whether `path` is `folder` or below it. */
export const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Where the tree of a release has links: what is created, and folders of data, each once. */
export const linksOf = ({
  prepare = [],
  data = [],
}: {
  readonly prepare?: readonly Pick<PrepareSpec, 'creates'>[];
  readonly data?: readonly Pick<DataPath, 'folder'>[];
}): readonly string[] => [...prepare.flatMap(({ creates }) => creates), ...new Set(data.map(({ folder }) => folder))];
