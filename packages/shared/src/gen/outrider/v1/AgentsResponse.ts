// Original file: proto/outrider/v1/coordinator.proto

import type { InstanceStatus as _outrider_v1_InstanceStatus, InstanceStatus__Output as _outrider_v1_InstanceStatus__Output } from '../../outrider/v1/InstanceStatus.js';

export interface AgentsResponse {
  'instances'?: (_outrider_v1_InstanceStatus)[];
}

export interface AgentsResponse__Output {
  'instances': (_outrider_v1_InstanceStatus__Output)[];
}
