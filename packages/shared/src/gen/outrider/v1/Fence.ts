// Original file: proto/outrider/v1/types.proto

import type { Long } from '@grpc/proto-loader';

export interface Fence {
  'epoch'?: (number | string | Long);
  'rollout'?: (number | string | Long);
  'step'?: (number);
}

export interface Fence__Output {
  'epoch': (number);
  'rollout': (number);
  'step': (number);
}
