// Original file: proto/outrider/v1/diagnosis.proto

import type { Long } from '@grpc/proto-loader';

export interface CertificateSight {
  'path'?: (string);
  'what'?: (string);
  'expiresMs'?: (number | string | Long);
  'reason'?: (string);
}

export interface CertificateSight__Output {
  'path': (string);
  'what': (string);
  'expiresMs': (number);
  'reason': (string);
}
