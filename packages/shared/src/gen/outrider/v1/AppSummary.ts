// Original file: proto/outrider/v1/coordinator.proto

import type { KeptAgent as _outrider_v1_KeptAgent, KeptAgent__Output as _outrider_v1_KeptAgent__Output } from '../../outrider/v1/KeptAgent.js';

export interface AppSummary {
  'app'?: (string);
  'version'?: (string);
  'rollout'?: (string);
  'phase'?: (string);
  'kept'?: (_outrider_v1_KeptAgent)[];
  '_version'?: "version";
  '_rollout'?: "rollout";
  '_phase'?: "phase";
}

export interface AppSummary__Output {
  'app': (string);
  'version'?: (string);
  'rollout'?: (string);
  'phase'?: (string);
  'kept': (_outrider_v1_KeptAgent__Output)[];
}
