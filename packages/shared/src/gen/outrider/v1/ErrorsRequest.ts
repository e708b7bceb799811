// Original file: proto/outrider/v1/coordinator.proto

import type { Long } from '@grpc/proto-loader';

export interface ErrorsRequest {
  'follow'?: (boolean);
  'since'?: (number | string | Long);
  'host'?: (string);
  'app'?: (string);
  'agent'?: (string);
  'severity'?: (string);
  'lines'?: (number);
}

export interface ErrorsRequest__Output {
  'follow': (boolean);
  'since': (number);
  'host': (string);
  'app': (string);
  'agent': (string);
  'severity': (string);
  'lines': (number);
}
