// Original file: proto/outrider/v1/types.proto

import type { PatchPart as _outrider_v1_PatchPart, PatchPart__Output as _outrider_v1_PatchPart__Output } from '../../outrider/v1/PatchPart.js';

export interface ManifestPatch {
  'app'?: (string);
  'base'?: (string);
  'parts'?: (_outrider_v1_PatchPart)[];
}

export interface ManifestPatch__Output {
  'app': (string);
  'base': (string);
  'parts': (_outrider_v1_PatchPart__Output)[];
}
