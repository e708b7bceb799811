// Original file: proto/outrider/v1/coordinator.proto

import type { KeptAgent as _outrider_v1_KeptAgent, KeptAgent__Output as _outrider_v1_KeptAgent__Output } from '../../outrider/v1/KeptAgent.js';
import type { Drift as _outrider_v1_Drift, Drift__Output as _outrider_v1_Drift__Output } from '../../outrider/v1/Drift.js';
import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from '../../outrider/v1/ReleaseRef.js';

export interface HostApp {
  'app'?: (string);
  'version'?: (string);
  'previous'?: (string);
  'phase'?: (string);
  'kept'?: (_outrider_v1_KeptAgent)[];
  'drifted'?: (_outrider_v1_Drift | null);
  'release'?: (_outrider_v1_ReleaseRef | null);
  '_version'?: "version";
  '_previous'?: "previous";
}

export interface HostApp__Output {
  'app': (string);
  'version'?: (string);
  'previous'?: (string);
  'phase': (string);
  'kept': (_outrider_v1_KeptAgent__Output)[];
  'drifted': (_outrider_v1_Drift__Output | null);
  'release': (_outrider_v1_ReleaseRef__Output | null);
}
