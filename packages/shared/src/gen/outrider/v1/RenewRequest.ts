// Original file: proto/outrider/v1/sidecar.proto

import type { Long } from '@grpc/proto-loader';

export interface RenewRequest {
  'app'?: (string);
  'epoch'?: (number | string | Long);
  'holder'?: (string);
  'rollout'?: (string);
  'confirmWithinMs'?: (number | string | Long);
}

export interface RenewRequest__Output {
  'app': (string);
  'epoch': (number);
  'holder': (string);
  'rollout': (string);
  'confirmWithinMs': (number);
}
