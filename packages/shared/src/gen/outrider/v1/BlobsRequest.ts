// Original file: proto/outrider/v1/types.proto

import type { BlobBase as _outrider_v1_BlobBase, BlobBase__Output as _outrider_v1_BlobBase__Output } from '../../outrider/v1/BlobBase.js';

export interface BlobsRequest {
  'sha256'?: (string)[];
  'bases'?: (_outrider_v1_BlobBase)[];
  'packed'?: (boolean);
  'suspects'?: (string)[];
}

export interface BlobsRequest__Output {
  'sha256': (string)[];
  'bases': (_outrider_v1_BlobBase__Output)[];
  'packed': (boolean);
  'suspects': (string)[];
}
