/** `coordinator release ls|show --json`, and GET /releases. */
import type { Manifest, Release, ReleaseView } from '../domain/release.js';
import { keyId, readSignature } from '../release/signature.js';

export const signaturesOf = ({
  signatures = [],
}: Pick<Release, 'signatures'>): readonly { readonly key: string; readonly signed_at: string }[] =>
  signatures.map((one) => ({ key: keyId(one.key), signed_at: readSignature(one)?.signedAt ?? 'not valid' }));

/** As scripts see it; the same spelling as `release push` prints. */
export function releaseDocument(release: ReleaseView): Readonly<Record<string, unknown>> {
  const { pushedAt, signatures: _signatures, ...rest } = release;
  const signatures = signaturesOf(release);
  return { ...rest, pushed_at: pushedAt, ...(signatures.length === 0 ? {} : { signatures }) };
}

/** With what is in it. */
export const wholeReleaseDocument = (
  release: ReleaseView,
  agentsYaml: string,
  { entries }: Manifest,
): Readonly<Record<string, unknown>> => ({ ...releaseDocument(release), agents_yaml: agentsYaml, entries });
