// Original file: proto/outrider/v1/types.proto

import type { Long } from '@grpc/proto-loader';

export interface Preparing {
  'step'?: (string);
  'withinMs'?: (number | string | Long);
}

export interface Preparing__Output {
  'step': (string);
  'withinMs': (number);
}
