// Original file: proto/outrider/v1/coordinator.proto

import type { ReleaseSource as _outrider_v1_ReleaseSource, ReleaseSource__Output as _outrider_v1_ReleaseSource__Output } from '../../outrider/v1/ReleaseSource.js';
import type { ReleaseUse as _outrider_v1_ReleaseUse, ReleaseUse__Output as _outrider_v1_ReleaseUse__Output } from '../../outrider/v1/ReleaseUse.js';
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
  'source'?: (_outrider_v1_ReleaseSource | null);
  'tags'?: (string)[];
  'uses'?: (_outrider_v1_ReleaseUse)[];
  '_message'?: "message";
  '_source'?: "source";
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
  'source'?: (_outrider_v1_ReleaseSource__Output | null);
  'tags': (string)[];
  'uses': (_outrider_v1_ReleaseUse__Output)[];
}
