// Original file: proto/outrider/v1/coordinator.proto

import type { ManifestPatch as _outrider_v1_ManifestPatch, ManifestPatch__Output as _outrider_v1_ManifestPatch__Output } from '../../outrider/v1/ManifestPatch.js';

export interface OfferReleaseRequest {
  'manifest'?: (Buffer | Uint8Array | string);
  'manifestPatch'?: (_outrider_v1_ManifestPatch | null);
}

export interface OfferReleaseRequest__Output {
  'manifest': (Buffer);
  'manifestPatch': (_outrider_v1_ManifestPatch__Output | null);
}
