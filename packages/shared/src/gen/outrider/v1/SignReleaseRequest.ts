// Original file: proto/outrider/v1/coordinator.proto

import type { ReleaseSignature as _outrider_v1_ReleaseSignature, ReleaseSignature__Output as _outrider_v1_ReleaseSignature__Output } from '../../outrider/v1/ReleaseSignature.js';

export interface SignReleaseRequest {
  'app'?: (string);
  'version'?: (string);
  'signatures'?: (_outrider_v1_ReleaseSignature)[];
}

export interface SignReleaseRequest__Output {
  'app': (string);
  'version': (string);
  'signatures': (_outrider_v1_ReleaseSignature__Output)[];
}
