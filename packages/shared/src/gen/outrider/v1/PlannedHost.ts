// Original file: proto/outrider/v1/coordinator.proto

import type { PlannedAction as _outrider_v1_PlannedAction, PlannedAction__Output as _outrider_v1_PlannedAction__Output } from '../../outrider/v1/PlannedAction.js';

export interface PlannedHost {
  'host'?: (string);
  'wave'?: (number);
  'from'?: (string);
  'actions'?: (_outrider_v1_PlannedAction)[];
  '_from'?: "from";
}

export interface PlannedHost__Output {
  'host': (string);
  'wave': (number);
  'from'?: (string);
  'actions': (_outrider_v1_PlannedAction__Output)[];
}
