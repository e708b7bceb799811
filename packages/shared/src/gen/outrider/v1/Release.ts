// Original file: proto/outrider/v1/coordinator.proto

import type { ReleaseSignature as _outrider_v1_ReleaseSignature, ReleaseSignature__Output as _outrider_v1_ReleaseSignature__Output } from '../../outrider/v1/ReleaseSignature.js';
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
  'signatures'?: (_outrider_v1_ReleaseSignature)[];
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
  'signatures': (_outrider_v1_ReleaseSignature__Output)[];
}
