// Original file: proto/outrider/v1/types.proto

import type { Long } from '@grpc/proto-loader';

export interface PatchPart {
  'offset'?: (number | string | Long);
  'size'?: (number | string | Long);
  'data'?: (Buffer | Uint8Array | string);
  '_data'?: "data";
}

export interface PatchPart__Output {
  'offset': (number);
  'size': (number);
  'data'?: (Buffer);
}
