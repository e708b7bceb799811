// Original file: proto/outrider/v1/sidecar.proto

import type { Command as _outrider_v1_Command, Command__Output as _outrider_v1_Command__Output } from '../../outrider/v1/Command.js';
import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from '../../outrider/v1/ReleaseRef.js';
import type { ReleaseProof as _outrider_v1_ReleaseProof, ReleaseProof__Output as _outrider_v1_ReleaseProof__Output } from '../../outrider/v1/ReleaseProof.js';
import type { StagePeer as _outrider_v1_StagePeer, StagePeer__Output as _outrider_v1_StagePeer__Output } from '../../outrider/v1/StagePeer.js';
import type { ManifestPatch as _outrider_v1_ManifestPatch, ManifestPatch__Output as _outrider_v1_ManifestPatch__Output } from '../../outrider/v1/ManifestPatch.js';

export interface StageRequest {
  'command'?: (_outrider_v1_Command | null);
  'release'?: (_outrider_v1_ReleaseRef | null);
  'manifest'?: (Buffer | Uint8Array | string);
  'hostSpec'?: (Buffer | Uint8Array | string);
  'sources'?: (string)[];
  'proof'?: (_outrider_v1_ReleaseProof | null);
  'peers'?: (_outrider_v1_StagePeer)[];
  'manifestPatch'?: (_outrider_v1_ManifestPatch | null);
}

export interface StageRequest__Output {
  'command': (_outrider_v1_Command__Output | null);
  'release': (_outrider_v1_ReleaseRef__Output | null);
  'manifest': (Buffer);
  'hostSpec': (Buffer);
  'sources': (string)[];
  'proof': (_outrider_v1_ReleaseProof__Output | null);
  'peers': (_outrider_v1_StagePeer__Output)[];
  'manifestPatch': (_outrider_v1_ManifestPatch__Output | null);
}
