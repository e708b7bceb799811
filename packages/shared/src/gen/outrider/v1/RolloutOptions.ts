// Original file: proto/outrider/v1/coordinator.proto

import type { Long } from '@grpc/proto-loader';

export interface RolloutOptions {
  'bakeMs'?: (number | string | Long);
  'confirmWithinMs'?: (number | string | Long);
  'commit'?: (string);
  'skipDown'?: (boolean);
  'message'?: (string);
  'onLeaseEnd'?: (string);
  '_message'?: "message";
}

export interface RolloutOptions__Output {
  'bakeMs': (number);
  'confirmWithinMs': (number);
  'commit': (string);
  'skipDown': (boolean);
  'message'?: (string);
  'onLeaseEnd': (string);
}
