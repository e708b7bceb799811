// Original file: proto/outrider/v1/types.proto

import type { InstanceStatus as _outrider_v1_InstanceStatus, InstanceStatus__Output as _outrider_v1_InstanceStatus__Output } from '../../outrider/v1/InstanceStatus.js';

export interface ControlAgentResponse {
  'instances'?: (_outrider_v1_InstanceStatus)[];
  'skipped'?: (string)[];
}

export interface ControlAgentResponse__Output {
  'instances': (_outrider_v1_InstanceStatus__Output)[];
  'skipped': (string)[];
}
