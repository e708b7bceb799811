// Original file: proto/outrider/v1/coordinator.proto

import type { ResumedHost as _outrider_v1_ResumedHost, ResumedHost__Output as _outrider_v1_ResumedHost__Output } from '../../outrider/v1/ResumedHost.js';

export interface ResumeHostsResponse {
  'hosts'?: (_outrider_v1_ResumedHost)[];
}

export interface ResumeHostsResponse__Output {
  'hosts': (_outrider_v1_ResumedHost__Output)[];
}
