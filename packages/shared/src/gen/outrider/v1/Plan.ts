// Original file: proto/outrider/v1/coordinator.proto

import type { PlannedHost as _outrider_v1_PlannedHost, PlannedHost__Output as _outrider_v1_PlannedHost__Output } from '../../outrider/v1/PlannedHost.js';
import type { Long } from '@grpc/proto-loader';

export interface Plan {
  'plan'?: (string);
  'app'?: (string);
  'version'?: (string);
  'hosts'?: (_outrider_v1_PlannedHost)[];
  'problems'?: (string)[];
  'invalid'?: (boolean);
  'strategy'?: (string);
  'canaryWave'?: (number);
  'expectedMs'?: (number | string | Long);
  'notices'?: (string)[];
  'gates'?: (string)[];
  'hooks'?: (string)[];
  'agents'?: (string)[];
  '_strategy'?: "strategy";
  '_canaryWave'?: "canaryWave";
  '_expectedMs'?: "expectedMs";
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
  'expectedMs'?: (number);
  'notices': (string)[];
  'gates': (string)[];
  'hooks': (string)[];
  'agents': (string)[];
}
