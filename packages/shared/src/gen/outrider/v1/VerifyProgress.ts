// Original file: proto/outrider/v1/types.proto

import type { VerifyResult as _outrider_v1_VerifyResult, VerifyResult__Output as _outrider_v1_VerifyResult__Output } from '../../outrider/v1/VerifyResult.js';
import type { Long } from '@grpc/proto-loader';

export interface VerifyProgress {
  'bytesDone'?: (number | string | Long);
  'bytesTotal'?: (number | string | Long);
  'result'?: (_outrider_v1_VerifyResult | null);
}

export interface VerifyProgress__Output {
  'bytesDone': (number);
  'bytesTotal': (number);
  'result': (_outrider_v1_VerifyResult__Output | null);
}
