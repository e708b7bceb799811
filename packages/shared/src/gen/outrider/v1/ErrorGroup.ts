// Original file: proto/outrider/v1/coordinator.proto

import type { Long } from '@grpc/proto-loader';

export interface ErrorGroup {
  'id'?: (string);
  'app'?: (string);
  'agent'?: (string);
  'errorType'?: (string);
  'severity'?: (string);
  'message'?: (string);
  'count'?: (number | string | Long);
  'first'?: (string);
  'last'?: (string);
  'hosts'?: (string)[];
  'context'?: (string);
}

export interface ErrorGroup__Output {
  'id': (string);
  'app': (string);
  'agent': (string);
  'errorType': (string);
  'severity': (string);
  'message': (string);
  'count': (number);
  'first': (string);
  'last': (string);
  'hosts': (string)[];
  'context': (string);
}
