// Original file: proto/outrider/v1/sidecar.proto

import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from '../../outrider/v1/ReleaseRef.js';
import type { StagePeer as _outrider_v1_StagePeer, StagePeer__Output as _outrider_v1_StagePeer__Output } from '../../outrider/v1/StagePeer.js';

export interface VerifyRequest {
  'app'?: (string);
  'release'?: (_outrider_v1_ReleaseRef | null);
  'manifest'?: (Buffer | Uint8Array | string);
  'sources'?: (string)[];
  'hostSpecs'?: (Buffer | Uint8Array | string)[];
  'peers'?: (_outrider_v1_StagePeer)[];
}

export interface VerifyRequest__Output {
  'app': (string);
  'release': (_outrider_v1_ReleaseRef__Output | null);
  'manifest': (Buffer);
  'sources': (string)[];
  'hostSpecs': (Buffer)[];
  'peers': (_outrider_v1_StagePeer__Output)[];
}
