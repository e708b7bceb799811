// Original file: proto/outrider/v1/coordinator.proto

import type { Long } from '@grpc/proto-loader';

export interface CapacityGap {
  'agent'?: (string);
  'instances'?: (number);
  'replicas'?: (number);
  'atMostMs'?: (number | string | Long);
  'startMs'?: (number | string | Long);
  'why'?: (string);
  '_startMs'?: "startMs";
  '_why'?: "why";
}

export interface CapacityGap__Output {
  'agent': (string);
  'instances': (number);
  'replicas': (number);
  'atMostMs': (number);
  'startMs'?: (number);
  'why'?: (string);
}
