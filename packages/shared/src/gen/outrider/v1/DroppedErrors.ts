// Original file: proto/outrider/v1/coordinator.proto

import type { Long } from '@grpc/proto-loader';

export interface DroppedErrors {
  'host'?: (string);
  'app'?: (string);
  'agent'?: (string);
  'count'?: (number | string | Long);
}

export interface DroppedErrors__Output {
  'host': (string);
  'app': (string);
  'agent': (string);
  'count': (number);
}
