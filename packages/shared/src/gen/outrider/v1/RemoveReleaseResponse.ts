// Original file: proto/outrider/v1/coordinator.proto

import type { Release as _outrider_v1_Release, Release__Output as _outrider_v1_Release__Output } from '../../outrider/v1/Release.js';
import type { Long } from '@grpc/proto-loader';

export interface RemoveReleaseResponse {
  'release'?: (_outrider_v1_Release | null);
  'bytes'?: (number | string | Long);
}

export interface RemoveReleaseResponse__Output {
  'release': (_outrider_v1_Release__Output | null);
  'bytes': (number);
}
