// Original file: proto/outrider/v1/coordinator.proto

import type { InstanceStatus as _outrider_v1_InstanceStatus, InstanceStatus__Output as _outrider_v1_InstanceStatus__Output } from '../../outrider/v1/InstanceStatus.js';
import type { ScaledAgent as _outrider_v1_ScaledAgent, ScaledAgent__Output as _outrider_v1_ScaledAgent__Output } from '../../outrider/v1/ScaledAgent.js';

export interface AgentsResponse {
  'instances'?: (_outrider_v1_InstanceStatus)[];
  'scaled'?: (_outrider_v1_ScaledAgent)[];
}

export interface AgentsResponse__Output {
  'instances': (_outrider_v1_InstanceStatus__Output)[];
  'scaled': (_outrider_v1_ScaledAgent__Output)[];
}
