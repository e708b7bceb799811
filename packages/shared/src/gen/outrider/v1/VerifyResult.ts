// Original file: proto/outrider/v1/types.proto

import type { Long } from '@grpc/proto-loader';

export interface VerifyResult {
  'damaged'?: (string)[];
  'mended'?: (string)[];
  'problems'?: (string)[];
  'files'?: (number | string | Long);
  'bytes'?: (number | string | Long);
}

export interface VerifyResult__Output {
  'damaged': (string)[];
  'mended': (string)[];
  'problems': (string)[];
  'files': (number);
  'bytes': (number);
}
