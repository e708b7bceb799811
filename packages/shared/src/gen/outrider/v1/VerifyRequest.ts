// Original file: proto/outrider/v1/sidecar.proto

import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from '../../outrider/v1/ReleaseRef.js';

export interface VerifyRequest {
  'app'?: (string);
  'release'?: (_outrider_v1_ReleaseRef | null);
  'manifest'?: (Buffer | Uint8Array | string);
  'sources'?: (string)[];
}

export interface VerifyRequest__Output {
  'app': (string);
  'release': (_outrider_v1_ReleaseRef__Output | null);
  'manifest': (Buffer);
  'sources': (string)[];
}
