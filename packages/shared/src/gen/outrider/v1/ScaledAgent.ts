// Original file: proto/outrider/v1/coordinator.proto

import type { ScaledReplicas as _outrider_v1_ScaledReplicas, ScaledReplicas__Output as _outrider_v1_ScaledReplicas__Output } from '../../outrider/v1/ScaledReplicas.js';

export interface ScaledAgent {
  'host'?: (string);
  'app'?: (string);
  'agent'?: (string);
  'replicas'?: (number);
  'order'?: (_outrider_v1_ScaledReplicas | null);
}

export interface ScaledAgent__Output {
  'host': (string);
  'app': (string);
  'agent': (string);
  'replicas': (number);
  'order': (_outrider_v1_ScaledReplicas__Output | null);
}
