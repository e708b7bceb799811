/** What the calls to hosts need from the outside. */
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { ReleaseProof } from '@outrider/shared/domain/release-signature.js';

/** Who has signed a release. Implemented by release/. */
export type ProofOf = (app: string, release: ReleaseRef) => Promise<ReleaseProof>;
