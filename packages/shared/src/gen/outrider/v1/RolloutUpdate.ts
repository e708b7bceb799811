// Original file: proto/outrider/v1/coordinator.proto

import type { Event as _outrider_v1_Event, Event__Output as _outrider_v1_Event__Output } from '../../outrider/v1/Event.js';
import type { RolloutRecord as _outrider_v1_RolloutRecord, RolloutRecord__Output as _outrider_v1_RolloutRecord__Output } from '../../outrider/v1/RolloutRecord.js';

export interface RolloutUpdate {
  'event'?: (_outrider_v1_Event | null);
  'record'?: (_outrider_v1_RolloutRecord | null);
}

export interface RolloutUpdate__Output {
  'event': (_outrider_v1_Event__Output | null);
  'record': (_outrider_v1_RolloutRecord__Output | null);
}
