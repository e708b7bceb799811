// Original file: proto/outrider/v1/coordinator.proto

import type { ReleaseSource as _outrider_v1_ReleaseSource, ReleaseSource__Output as _outrider_v1_ReleaseSource__Output } from '../../outrider/v1/ReleaseSource.js';

export interface PushReleaseRequest {
  'version'?: (string);
  'manifest'?: (Buffer | Uint8Array | string);
  'by'?: (string);
  'message'?: (string);
  'source'?: (_outrider_v1_ReleaseSource | null);
  'manifestDigest'?: (string);
  '_message'?: "message";
  '_source'?: "source";
}

export interface PushReleaseRequest__Output {
  'version': (string);
  'manifest': (Buffer);
  'by': (string);
  'message'?: (string);
  'source'?: (_outrider_v1_ReleaseSource__Output | null);
  'manifestDigest': (string);
}
