/** What whoever releases has signed, and what travels with a release so that a host can tell who that was. */

/** Its canonical JSON is what is signed, behind a prefix of its own. */
export interface ReleaseStatement {
  readonly app: string;
  readonly version: string;
  /** Of the manifest. */
  readonly digest: string;
  /** sha256 of the content of agents.yaml: what may be run is known from it before any file of the tree is. */
  readonly agents: string;
  /** RFC 3339 in UTC with milliseconds, so that texts are in the order of their times. */
  readonly signedAt: string;
}

export interface ReleaseSignature {
  /** The public key: `ed25519:` and its 32 bytes in base64. */
  readonly key: string;
  /** Canonical JSON of a `ReleaseStatement`. */
  readonly statement: string;
  /** Base64. */
  readonly signature: string;
}

/** What a host needs to know of a release before it takes any of it. */
export interface ReleaseProof {
  readonly signatures: readonly ReleaseSignature[];
  /** The text of its agents.yaml; '' where nothing is signed. */
  readonly agentsYaml: string;
}

export const NO_PROOF: ReleaseProof = { signatures: [], agentsYaml: '' };

/** Of each key the newest, `news` and those before together; in the order of the keys. */
export function newestByKey(
  before: readonly ReleaseSignature[],
  news: readonly ReleaseSignature[],
): readonly ReleaseSignature[] {
  const byKey = new Map<string, ReleaseSignature>();
  for (const one of [...before, ...news]) {
    const known = byKey.get(one.key);
    if (known === undefined || signedAtOf(known) < signedAtOf(one)) byKey.set(one.key, one);
  }
  return [...byKey.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** '' of what is no statement. */
export function signedAtOf({ statement }: Pick<ReleaseSignature, 'statement'>): string {
  try {
    const { signedAt } = JSON.parse(statement) as Partial<Record<keyof ReleaseStatement, unknown>>;
    return typeof signedAt === 'string' ? signedAt : '';
  } catch {
    return '';
  }
}
