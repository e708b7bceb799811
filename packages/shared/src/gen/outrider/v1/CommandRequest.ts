// Original file: proto/outrider/v1/sidecar.proto

import type { Command as _outrider_v1_Command, Command__Output as _outrider_v1_Command__Output } from '../../outrider/v1/Command.js';

export interface CommandRequest {
  'command'?: (_outrider_v1_Command | null);
  'reason'?: (string);
  'noGrace'?: (boolean);
}

export interface CommandRequest__Output {
  'command': (_outrider_v1_Command__Output | null);
  'reason': (string);
  'noGrace': (boolean);
}
