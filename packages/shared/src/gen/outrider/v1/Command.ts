// Original file: proto/outrider/v1/sidecar.proto

import type { Fence as _outrider_v1_Fence, Fence__Output as _outrider_v1_Fence__Output } from '../../outrider/v1/Fence.js';

export interface Command {
  'app'?: (string);
  'fence'?: (_outrider_v1_Fence | null);
  'holder'?: (string);
  'rollout'?: (string);
  'by'?: (string);
}

export interface Command__Output {
  'app': (string);
  'fence': (_outrider_v1_Fence__Output | null);
  'holder': (string);
  'rollout': (string);
  'by': (string);
}
