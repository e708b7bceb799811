// Original file: proto/outrider/v1/coordinator.proto

import type { Hold as _outrider_v1_Hold, Hold__Output as _outrider_v1_Hold__Output } from '../../outrider/v1/Hold.js';

export interface ResumedHost {
  'host'?: (string);
  'hold'?: (_outrider_v1_Hold | null);
  'problem'?: (string);
}

export interface ResumedHost__Output {
  'host': (string);
  'hold': (_outrider_v1_Hold__Output | null);
  'problem': (string);
}
