/** Host specs on their way to the store, by their digest. */
import { canonicalJson } from '@outrider/shared/domain/canonical.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { sha256 } from '@outrider/shared/runtime/digest.js';

/** Keeps the spec for the host to fetch and returns its digest. */
export function remember(spec: HostSpec, specs: Map<string, string>): string {
  const text = canonicalJson(spec);
  const digest = sha256(text);
  specs.set(digest, text);
  return digest;
}
