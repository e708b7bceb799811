// Original file: proto/outrider/v1/types.proto

import type { ReleaseSignature as _outrider_v1_ReleaseSignature, ReleaseSignature__Output as _outrider_v1_ReleaseSignature__Output } from '../../outrider/v1/ReleaseSignature.js';

export interface ReleaseProof {
  'signatures'?: (_outrider_v1_ReleaseSignature)[];
  'agentsYaml'?: (string);
}

export interface ReleaseProof__Output {
  'signatures': (_outrider_v1_ReleaseSignature__Output)[];
  'agentsYaml': (string);
}
