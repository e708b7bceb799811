// Original file: proto/outrider/v1/coordinator.proto

import type { AppSummary as _outrider_v1_AppSummary, AppSummary__Output as _outrider_v1_AppSummary__Output } from '../../outrider/v1/AppSummary.js';
import type { Drift as _outrider_v1_Drift, Drift__Output as _outrider_v1_Drift__Output } from '../../outrider/v1/Drift.js';

export interface FleetStatus {
  'environment'?: (string);
  'state'?: (string);
  'missing'?: (string)[];
  'leader'?: (string);
  'redis'?: (string);
  'hostsTotal'?: (number);
  'hostsUp'?: (number);
  'agentsTotal'?: (number);
  'agentsReady'?: (number);
  'apps'?: (_outrider_v1_AppSummary)[];
  'held'?: (string)[];
  'drifted'?: (_outrider_v1_Drift)[];
  'flapping'?: (string)[];
}

export interface FleetStatus__Output {
  'environment': (string);
  'state': (string);
  'missing': (string)[];
  'leader': (string);
  'redis': (string);
  'hostsTotal': (number);
  'hostsUp': (number);
  'agentsTotal': (number);
  'agentsReady': (number);
  'apps': (_outrider_v1_AppSummary__Output)[];
  'held': (string)[];
  'drifted': (_outrider_v1_Drift__Output)[];
  'flapping': (string)[];
}
