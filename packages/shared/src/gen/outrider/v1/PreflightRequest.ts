// Original file: proto/outrider/v1/sidecar.proto

import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from '../../outrider/v1/ReleaseRef.js';
import type { ReleaseProof as _outrider_v1_ReleaseProof, ReleaseProof__Output as _outrider_v1_ReleaseProof__Output } from '../../outrider/v1/ReleaseProof.js';
import type { ManifestPatch as _outrider_v1_ManifestPatch, ManifestPatch__Output as _outrider_v1_ManifestPatch__Output } from '../../outrider/v1/ManifestPatch.js';

export interface PreflightRequest {
  'release'?: (_outrider_v1_ReleaseRef | null);
  'manifest'?: (Buffer | Uint8Array | string);
  'hostSpec'?: (Buffer | Uint8Array | string);
  'strategy'?: (string);
  'proof'?: (_outrider_v1_ReleaseProof | null);
  'manifestPatch'?: (_outrider_v1_ManifestPatch | null);
}

export interface PreflightRequest__Output {
  'release': (_outrider_v1_ReleaseRef__Output | null);
  'manifest': (Buffer);
  'hostSpec': (Buffer);
  'strategy': (string);
  'proof': (_outrider_v1_ReleaseProof__Output | null);
  'manifestPatch': (_outrider_v1_ManifestPatch__Output | null);
}
