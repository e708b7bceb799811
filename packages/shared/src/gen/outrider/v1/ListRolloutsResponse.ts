// Original file: proto/outrider/v1/coordinator.proto

import type { RolloutRecord as _outrider_v1_RolloutRecord, RolloutRecord__Output as _outrider_v1_RolloutRecord__Output } from '../../outrider/v1/RolloutRecord.js';

export interface ListRolloutsResponse {
  'rollouts'?: (_outrider_v1_RolloutRecord)[];
}

export interface ListRolloutsResponse__Output {
  'rollouts': (_outrider_v1_RolloutRecord__Output)[];
}
