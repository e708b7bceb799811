// Original file: proto/outrider/v1/sidecar.proto

import type { Long } from '@grpc/proto-loader';

export interface BindEpochRequest {
  'epoch'?: (number | string | Long);
  'holder'?: (string);
}

export interface BindEpochRequest__Output {
  'epoch': (number);
  'holder': (string);
}
