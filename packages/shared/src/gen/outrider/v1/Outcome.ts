// Original file: proto/outrider/v1/types.proto

import type { Culprit as _outrider_v1_Culprit, Culprit__Output as _outrider_v1_Culprit__Output } from '../../outrider/v1/Culprit.js';

export interface Outcome {
  'rollout'?: (string);
  'result'?: (string);
  'reason'?: (string);
  'culprit'?: (_outrider_v1_Culprit | null);
}

export interface Outcome__Output {
  'rollout': (string);
  'result': (string);
  'reason': (string);
  'culprit': (_outrider_v1_Culprit__Output | null);
}
