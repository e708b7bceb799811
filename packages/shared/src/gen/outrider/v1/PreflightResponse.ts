// Original file: proto/outrider/v1/sidecar.proto

import type { HostFacts as _outrider_v1_HostFacts, HostFacts__Output as _outrider_v1_HostFacts__Output } from '../../outrider/v1/HostFacts.js';
import type { PrepareOutlook as _outrider_v1_PrepareOutlook, PrepareOutlook__Output as _outrider_v1_PrepareOutlook__Output } from '../../outrider/v1/PrepareOutlook.js';

export interface PreflightResponse {
  'problems'?: (string)[];
  'facts'?: (_outrider_v1_HostFacts | null);
  'notices'?: (string)[];
  'prepare'?: (_outrider_v1_PrepareOutlook)[];
  'places'?: (boolean);
  '_places'?: "places";
}

export interface PreflightResponse__Output {
  'problems': (string)[];
  'facts': (_outrider_v1_HostFacts__Output | null);
  'notices': (string)[];
  'prepare': (_outrider_v1_PrepareOutlook__Output)[];
  'places'?: (boolean);
}
