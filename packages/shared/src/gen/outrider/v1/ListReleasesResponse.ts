// Original file: proto/outrider/v1/coordinator.proto

import type { Release as _outrider_v1_Release, Release__Output as _outrider_v1_Release__Output } from '../../outrider/v1/Release.js';

export interface ListReleasesResponse {
  'releases'?: (_outrider_v1_Release)[];
}

export interface ListReleasesResponse__Output {
  'releases': (_outrider_v1_Release__Output)[];
}
