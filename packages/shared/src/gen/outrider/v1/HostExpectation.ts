// Original file: proto/outrider/v1/coordinator.proto

import type { Long } from '@grpc/proto-loader';

export interface HostExpectation {
  'stagingMs'?: (number | string | Long);
  'switchingMs'?: (number | string | Long);
  'rollouts'?: (number);
  '_stagingMs'?: "stagingMs";
  '_switchingMs'?: "switchingMs";
}

export interface HostExpectation__Output {
  'stagingMs'?: (number);
  'switchingMs'?: (number);
  'rollouts': (number);
}
