// Original file: proto/outrider/v1/coordinator.proto

import type { Long } from '@grpc/proto-loader';

export interface RollbackRequest {
  'app'?: (string);
  'to'?: (string);
  'hosts'?: (string)[];
  'by'?: (string);
  'requestId'?: (string);
  'message'?: (string);
  'strategy'?: (string);
  'bakeMs'?: (number | string | Long);
  'agents'?: (string)[];
  '_message'?: "message";
  '_bakeMs'?: "bakeMs";
}

export interface RollbackRequest__Output {
  'app': (string);
  'to': (string);
  'hosts': (string)[];
  'by': (string);
  'requestId': (string);
  'message'?: (string);
  'strategy': (string);
  'bakeMs'?: (number);
  'agents': (string)[];
}
