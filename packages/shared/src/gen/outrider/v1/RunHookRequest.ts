// Original file: proto/outrider/v1/sidecar.proto

import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from '../../outrider/v1/ReleaseRef.js';
import type { ReleaseProof as _outrider_v1_ReleaseProof, ReleaseProof__Output as _outrider_v1_ReleaseProof__Output } from '../../outrider/v1/ReleaseProof.js';
import type { Long } from '@grpc/proto-loader';

export interface RunHookRequest {
  'app'?: (string);
  'epoch'?: (number | string | Long);
  'holder'?: (string);
  'rollout'?: (string);
  'id'?: (string);
  'hook'?: (string);
  'point'?: (string);
  'command'?: (string)[];
  'user'?: (string);
  'secrets'?: (string)[];
  'timeoutMs'?: (number | string | Long);
  'retries'?: (number);
  'release'?: (_outrider_v1_ReleaseRef | null);
  'from'?: (string);
  'outcome'?: (string);
  'onlyIfBegun'?: (boolean);
  'undoes'?: (string);
  'waitMs'?: (number | string | Long);
  'proof'?: (_outrider_v1_ReleaseProof | null);
}

export interface RunHookRequest__Output {
  'app': (string);
  'epoch': (number);
  'holder': (string);
  'rollout': (string);
  'id': (string);
  'hook': (string);
  'point': (string);
  'command': (string)[];
  'user': (string);
  'secrets': (string)[];
  'timeoutMs': (number);
  'retries': (number);
  'release': (_outrider_v1_ReleaseRef__Output | null);
  'from': (string);
  'outcome': (string);
  'onlyIfBegun': (boolean);
  'undoes': (string);
  'waitMs': (number);
  'proof': (_outrider_v1_ReleaseProof__Output | null);
}
