// Original file: proto/outrider/v1/coordinator.proto

import type { Long } from '@grpc/proto-loader';

export interface RolloutOptions {
  'bakeMs'?: (number | string | Long);
  'confirmWithinMs'?: (number | string | Long);
  'commit'?: (string);
  'skipDown'?: (boolean);
  'message'?: (string);
  'strategy'?: (string);
  'canaryWave'?: (number);
  'awaitPromotion'?: (boolean);
  'onFailure'?: (string);
  'onLeaseEnd'?: (string);
  'agents'?: (string)[];
  '_message'?: "message";
  '_strategy'?: "strategy";
  '_canaryWave'?: "canaryWave";
  '_awaitPromotion'?: "awaitPromotion";
  '_onFailure'?: "onFailure";
}

export interface RolloutOptions__Output {
  'bakeMs': (number);
  'confirmWithinMs': (number);
  'commit': (string);
  'skipDown': (boolean);
  'message'?: (string);
  'strategy'?: (string);
  'canaryWave'?: (number);
  'awaitPromotion'?: (boolean);
  'onFailure'?: (string);
  'onLeaseEnd': (string);
  'agents': (string)[];
}
