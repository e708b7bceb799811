// Original file: proto/outrider/v1/coordinator.proto

import type { Plan as _outrider_v1_Plan, Plan__Output as _outrider_v1_Plan__Output } from '../../outrider/v1/Plan.js';

export interface StartRolloutResponse {
  'rollout'?: (string);
  'plan'?: (_outrider_v1_Plan | null);
}

export interface StartRolloutResponse__Output {
  'rollout': (string);
  'plan': (_outrider_v1_Plan__Output | null);
}
