// Original file: proto/outrider/v1/coordinator.proto

import type { PlannedHost as _outrider_v1_PlannedHost, PlannedHost__Output as _outrider_v1_PlannedHost__Output } from '../../outrider/v1/PlannedHost.js';

export interface Plan {
  'plan'?: (string);
  'app'?: (string);
  'version'?: (string);
  'hosts'?: (_outrider_v1_PlannedHost)[];
  'problems'?: (string)[];
  'invalid'?: (boolean);
  'strategy'?: (string);
  'canaryWave'?: (number);
  'gates'?: (string)[];
  '_strategy'?: "strategy";
  '_canaryWave'?: "canaryWave";
}

export interface Plan__Output {
  'plan': (string);
  'app': (string);
  'version': (string);
  'hosts': (_outrider_v1_PlannedHost__Output)[];
  'problems': (string)[];
  'invalid': (boolean);
  'strategy'?: (string);
  'canaryWave'?: (number);
  'gates': (string)[];
}
