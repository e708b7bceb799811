// Original file: proto/outrider/v1/sidecar.proto

import type { AgentSamples as _outrider_v1_AgentSamples, AgentSamples__Output as _outrider_v1_AgentSamples__Output } from '../../outrider/v1/AgentSamples.js';
import type { Long } from '@grpc/proto-loader';

export interface SamplesResponse {
  'periodMs'?: (number | string | Long);
  'rollout'?: (string);
  'agents'?: (_outrider_v1_AgentSamples)[];
  '_rollout'?: "rollout";
}

export interface SamplesResponse__Output {
  'periodMs': (number);
  'rollout'?: (string);
  'agents': (_outrider_v1_AgentSamples__Output)[];
}
