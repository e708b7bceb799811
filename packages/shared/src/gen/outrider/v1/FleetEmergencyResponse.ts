// Original file: proto/outrider/v1/coordinator.proto

import type { BegunRollback as _outrider_v1_BegunRollback, BegunRollback__Output as _outrider_v1_BegunRollback__Output } from '../../outrider/v1/BegunRollback.js';

export interface FleetEmergencyResponse {
  'rollbacks'?: (_outrider_v1_BegunRollback)[];
  'reasons'?: (string)[];
  'again'?: (boolean);
}

export interface FleetEmergencyResponse__Output {
  'rollbacks': (_outrider_v1_BegunRollback__Output)[];
  'reasons': (string)[];
  'again': (boolean);
}
