// Original file: proto/outrider/v1/sidecar.proto

import type { Command as _outrider_v1_Command, Command__Output as _outrider_v1_Command__Output } from '../../outrider/v1/Command.js';
import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from '../../outrider/v1/ReleaseRef.js';
import type { StagePeer as _outrider_v1_StagePeer, StagePeer__Output as _outrider_v1_StagePeer__Output } from '../../outrider/v1/StagePeer.js';

export interface StageRequest {
  'command'?: (_outrider_v1_Command | null);
  'release'?: (_outrider_v1_ReleaseRef | null);
  'manifest'?: (Buffer | Uint8Array | string);
  'hostSpec'?: (Buffer | Uint8Array | string);
  'sources'?: (string)[];
  'peers'?: (_outrider_v1_StagePeer)[];
}

export interface StageRequest__Output {
  'command': (_outrider_v1_Command__Output | null);
  'release': (_outrider_v1_ReleaseRef__Output | null);
  'manifest': (Buffer);
  'hostSpec': (Buffer);
  'sources': (string)[];
  'peers': (_outrider_v1_StagePeer__Output)[];
}
