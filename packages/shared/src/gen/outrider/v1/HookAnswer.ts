// Original file: proto/outrider/v1/sidecar.proto


export interface HookAnswer {
  'state'?: (string);
  'reason'?: (string);
  'log'?: (string)[];
}

export interface HookAnswer__Output {
  'state': (string);
  'reason': (string);
  'log': (string)[];
}
