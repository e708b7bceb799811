// Original file: proto/outrider/v1/coordinator.proto

import type { Long } from '@grpc/proto-loader';

export interface ReportRequest {
  'app'?: (string);
  'sinceMs'?: (number | string | Long);
  '_sinceMs'?: "sinceMs";
}

export interface ReportRequest__Output {
  'app': (string);
  'sinceMs'?: (number);
}
