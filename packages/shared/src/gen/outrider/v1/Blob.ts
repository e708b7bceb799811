// Original file: proto/outrider/v1/types.proto

import type { Long } from '@grpc/proto-loader';

export interface Blob {
  'sha256'?: (string);
  'data'?: (Buffer | Uint8Array | string);
  'last'?: (boolean);
  'base'?: (string);
  'copyOffset'?: (number | string | Long);
  'copySize'?: (number | string | Long);
  'inflatedSize'?: (number);
  'bundle'?: (Buffer | Uint8Array | string);
  'bundleSizes'?: (number)[];
}

export interface Blob__Output {
  'sha256': (string);
  'data': (Buffer);
  'last': (boolean);
  'base': (string);
  'copyOffset': (number);
  'copySize': (number);
  'inflatedSize': (number);
  'bundle': (Buffer);
  'bundleSizes': (number)[];
}
