// Original file: proto/outrider/v1/coordinator.proto

import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from '../../outrider/v1/ReleaseRef.js';
import type { Culprit as _outrider_v1_Culprit, Culprit__Output as _outrider_v1_Culprit__Output } from '../../outrider/v1/Culprit.js';
import type { Long } from '@grpc/proto-loader';

export interface RolloutHost {
  'host'?: (string);
  'wave'?: (number);
  'state'?: (string);
  'from'?: (_outrider_v1_ReleaseRef | null);
  'to'?: (_outrider_v1_ReleaseRef | null);
  'touched'?: (boolean);
  'step'?: (number);
  'culprit'?: (_outrider_v1_Culprit | null);
  'reason'?: (string);
  'stays'?: (boolean);
  'times'?: ({[key: string]: number | string | Long});
  'app'?: (string);
  '_reason'?: "reason";
  '_stays'?: "stays";
  '_app'?: "app";
}

export interface RolloutHost__Output {
  'host': (string);
  'wave': (number);
  'state': (string);
  'from': (_outrider_v1_ReleaseRef__Output | null);
  'to': (_outrider_v1_ReleaseRef__Output | null);
  'touched': (boolean);
  'step': (number);
  'culprit': (_outrider_v1_Culprit__Output | null);
  'reason'?: (string);
  'stays'?: (boolean);
  'times': ({[key: string]: number});
  'app'?: (string);
}
