// Original file: proto/outrider/v1/sidecar.proto

import type { Command as _outrider_v1_Command, Command__Output as _outrider_v1_Command__Output } from '../../outrider/v1/Command.js';
import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from '../../outrider/v1/ReleaseRef.js';
import type { ReleaseProof as _outrider_v1_ReleaseProof, ReleaseProof__Output as _outrider_v1_ReleaseProof__Output } from '../../outrider/v1/ReleaseProof.js';
import type { Long } from '@grpc/proto-loader';

export interface SwitchRequest {
  'command'?: (_outrider_v1_Command | null);
  'release'?: (_outrider_v1_ReleaseRef | null);
  'confirmWithinMs'?: (number | string | Long);
  'rolloutRecord'?: (string);
  'onLeaseEnd'?: (string);
  'noGrace'?: (boolean);
  'strategy'?: (string);
  'proof'?: (_outrider_v1_ReleaseProof | null);
}

export interface SwitchRequest__Output {
  'command': (_outrider_v1_Command__Output | null);
  'release': (_outrider_v1_ReleaseRef__Output | null);
  'confirmWithinMs': (number);
  'rolloutRecord': (string);
  'onLeaseEnd': (string);
  'noGrace': (boolean);
  'strategy': (string);
  'proof': (_outrider_v1_ReleaseProof__Output | null);
}
