// Original file: proto/outrider/v1/diagnosis.proto

import type { Long } from '@grpc/proto-loader';

export interface RedisSight {
  'up'?: (boolean);
  'place'?: (string);
  'pingMs'?: (number | string | Long);
  'reason'?: (string);
}

export interface RedisSight__Output {
  'up': (boolean);
  'place': (string);
  'pingMs': (number);
  'reason': (string);
}
