// Original file: proto/outrider/v1/coordinator.proto

import type { Release as _outrider_v1_Release, Release__Output as _outrider_v1_Release__Output } from '../../outrider/v1/Release.js';

export interface ShowReleaseResponse {
  'release'?: (_outrider_v1_Release | null);
  'manifest'?: (Buffer | Uint8Array | string);
  'agentsYaml'?: (string);
}

export interface ShowReleaseResponse__Output {
  'release': (_outrider_v1_Release__Output | null);
  'manifest': (Buffer);
  'agentsYaml': (string);
}
