// Original file: proto/outrider/v1/diagnosis.proto

import type { Long } from '@grpc/proto-loader';

export interface QuestionAnswer {
  'endpoint'?: (string);
  'answer'?: (string);
  'milliseconds'?: (number | string | Long);
  'reason'?: (string);
}

export interface QuestionAnswer__Output {
  'endpoint': (string);
  'answer': (string);
  'milliseconds': (number);
  'reason': (string);
}
