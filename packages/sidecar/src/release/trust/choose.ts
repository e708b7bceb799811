/**
 * Which of a release's signatures counts on a host, and why none does. PURE but for the arithmetic of signatures: time
 * and what was accepted before come in.
 */
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { ReleaseSignature, ReleaseStatement } from '@outrider/shared/domain/release-signature.js';
import { keyId, readSignature } from '@outrider/shared/release/signature.js';

export interface SignedRelease extends Pick<ReleaseRef, 'version' | 'digest'> {
  readonly app: string;
}

export interface Accepted {
  /** The newest `signedAt` of the app that was accepted here; absent: none was. */
  readonly newest?: string;
  /** This very release was active on this host. */
  readonly wasActive: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A statement about what comes later than that was made by a clock that is wrong, and would shut out all that follows. */
const AHEAD_MS = 24 * 3_600_000;

/** The newest statement of a trusted key about exactly this release; else a sentence. */
export function chooseStatement(
  release: SignedRelease,
  signatures: readonly ReleaseSignature[],
  trusted: ReadonlySet<string>,
): ReleaseStatement | string {
  const name = `${release.app} ${release.version}`;
  if (signatures.length === 0) {
    return (
      `${name} is not signed, and this host runs only what one of its trusted_keys has signed. ` + signing(release)
    );
  }
  const ours = signatures.filter(({ key }) => trusted.has(key));
  if (ours.length === 0) {
    const keys = signatures.map(({ key }) => keyId(key)).join(', ');
    return (
      `${name} is signed by ${keys}, which is none of this host's trusted_keys. Have it signed by one of them. ` +
      signing(release)
    );
  }
  const statements = ours.flatMap((one) => readSignature(one) ?? []);
  const right = statements.filter((statement) => differenceOf(statement, release) === undefined);
  const [newest] = right.sort((a, b) => (a.signedAt > b.signedAt ? -1 : 1));
  if (newest !== undefined) return newest;
  const [other] = statements;
  return other === undefined
    ? `${name} was altered: its signature is not the signature of what it says. Push it again under another version.`
    : `${name} was altered: ${differenceOf(other, release)}. Push it again under another version.`;
}

/** Whose keys have not signed it yet has to say what it is. The digest comes from a coordinator, so it is to be looked at. */
const signing = ({ app, version, digest }: SignedRelease): string =>
  `If its digest is what "release push" has printed: coordinator release sign ${version} --app ${app} --digest ${digest}.`;

/** Why an old statement, however well signed, is not obeyed; undefined: it is. */
export function problemOfTime(
  { app, version, signedAt }: ReleaseStatement,
  { newest, wasActive, now }: Accepted,
): string | undefined {
  if (Date.parse(signedAt) > now + AHEAD_MS) {
    return (
      `${app} ${version} was signed at ${signedAt}, which is more than a day ahead of the clock of this host. ` +
      `Set the clock that is wrong; if it was that of whoever signed: coordinator release sign ${version} --app ${app}.`
    );
  }
  if (newest === undefined || signedAt >= newest || wasActive) return undefined;
  return (
    `${app} ${version} was signed at ${signedAt}. This host has accepted one that was signed at ${newest}, and has ` +
    `never run ${version}, so somebody may be giving it an old release again. Where that is what you want, sign it ` +
    `anew: coordinator release sign ${version} --app ${app}.`
  );
}

function differenceOf(statement: ReleaseStatement, release: SignedRelease): string | undefined {
  for (const key of ['app', 'version', 'digest'] as const) {
    if (statement[key] !== release[key]) return `what was signed has the ${key} ${statement[key]}, not ${release[key]}`;
  }
  return undefined;
}
