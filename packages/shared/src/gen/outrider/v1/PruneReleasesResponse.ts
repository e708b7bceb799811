// Original file: proto/outrider/v1/coordinator.proto

import type { Release as _outrider_v1_Release, Release__Output as _outrider_v1_Release__Output } from '../../outrider/v1/Release.js';
import type { Long } from '@grpc/proto-loader';

export interface PruneReleasesResponse {
  'removed'?: (_outrider_v1_Release)[];
  'bytes'?: (number | string | Long);
  'keep'?: (number);
}

export interface PruneReleasesResponse__Output {
  'removed': (_outrider_v1_Release__Output)[];
  'bytes': (number);
  'keep': (number);
}
