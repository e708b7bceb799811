// Original file: proto/outrider/v1/types.proto

import type { Long } from '@grpc/proto-loader';

export interface LogsRequest {
  'agent'?: (string);
  'app'?: (string);
  'host'?: (string);
  'follow'?: (boolean);
  'lines'?: (number);
  'agents'?: (string)[];
  'since'?: (number | string | Long);
}

export interface LogsRequest__Output {
  'agent': (string);
  'app': (string);
  'host': (string);
  'follow': (boolean);
  'lines': (number);
  'agents': (string)[];
  'since': (number);
}
