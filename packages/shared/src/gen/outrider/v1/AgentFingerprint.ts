// Original file: proto/outrider/v1/types.proto

import type { ScaledReplicas as _outrider_v1_ScaledReplicas, ScaledReplicas__Output as _outrider_v1_ScaledReplicas__Output } from '../../outrider/v1/ScaledReplicas.js';

export interface AgentFingerprint {
  'name'?: (string);
  'fingerprint'?: (string);
  'replicas'?: (number);
  'version'?: (string);
  'scaled'?: (_outrider_v1_ScaledReplicas | null);
  '_version'?: "version";
}

export interface AgentFingerprint__Output {
  'name': (string);
  'fingerprint': (string);
  'replicas': (number);
  'version'?: (string);
  'scaled': (_outrider_v1_ScaledReplicas__Output | null);
}
