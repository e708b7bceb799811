/** Decides which releases of an app stay on this host. Pure. */
export interface HeldRelease {
  readonly digest: string;
  /** When it was staged last; epoch milliseconds. */
  readonly at: number;
  /** Its tree stands. */
  readonly isWhole: boolean;
}

/** A host spec of one of them. */
export interface HeldSpec {
  readonly specDigest: string;
  readonly version: string;
  readonly digest: string;
  /** The other releases that agents of it are kept from. */
  readonly kept: readonly { readonly version: string; readonly digest: string }[];
  readonly at: number;
}

export interface Held {
  readonly releases: readonly HeldRelease[];
  readonly specs: readonly HeldSpec[];
}

/** Of one app. */
export interface NeededHere {
  /** What is active, was before, is tried, or is being staged. */
  readonly releases: readonly { readonly digest: string; readonly specDigest: string }[];
  /** What agents run from. */
  readonly versions: readonly string[];
}

export interface Staying {
  readonly digests: ReadonlySet<string>;
  readonly specDigests: ReadonlySet<string>;
}

/** `keep`: so many of those staged last stay, needed or not; of each release, so many of its specs. */
export function stayingOf({ releases, specs }: Held, needed: NeededHere, keep: number): Staying {
  const neededSpecs = new Set(needed.releases.map(({ specDigest }) => specDigest));
  const latest = releases.filter(({ isWhole }) => isWhole).toSorted(byAge);
  const digests = new Set([
    ...needed.releases.map(({ digest }) => digest),
    ...needed.versions.flatMap((version) => digestsOf(version, specs)),
    ...latest.slice(0, keep).map(({ digest }) => digest),
  ]);
  const staying = specs.filter(
    (spec) => neededSpecs.has(spec.specDigest) || (digests.has(spec.digest) && rankOf(spec, specs) < Math.max(1, keep)),
  );
  // What agents are kept from is needed as long as the spec that says so; which adds no specs.
  const pinned = staying.filter(({ specDigest }) => keep > 0 || neededSpecs.has(specDigest));
  for (const { kept } of pinned) for (const { digest } of kept) digests.add(digest);
  return { digests, specDigests: new Set(staying.map(({ specDigest }) => specDigest)) };
}

const byAge = (a: { readonly at: number }, b: { readonly at: number }): number => b.at - a.at;

const digestsOf = (version: string, specs: readonly HeldSpec[]): string[] =>
  specs.flatMap((spec) => [spec, ...spec.kept].filter((one) => one.version === version).map(({ digest }) => digest));

/** How many specs of the same release are newer. */
const rankOf = (spec: HeldSpec, specs: readonly HeldSpec[]): number =>
  specs.filter(({ digest, at }) => digest === spec.digest && at > spec.at).length;
