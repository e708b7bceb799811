// Original file: proto/outrider/v1/coordinator.proto

import type { Long } from '@grpc/proto-loader';

export interface Release {
  'app'?: (string);
  'version'?: (string);
  'digest'?: (string);
  'files'?: (number);
  'bytes'?: (number | string | Long);
  'pushedAt'?: (string);
  'by'?: (string);
  'message'?: (string);
  '_message'?: "message";
}

export interface Release__Output {
  'app': (string);
  'version': (string);
  'digest': (string);
  'files': (number);
  'bytes': (number);
  'pushedAt': (string);
  'by': (string);
  'message'?: (string);
}
