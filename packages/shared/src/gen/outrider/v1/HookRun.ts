// Original file: proto/outrider/v1/coordinator.proto


export interface HookRun {
  'id'?: (string);
  'hook'?: (string);
  'host'?: (string);
  'undo'?: (boolean);
  'state'?: (string);
  'reason'?: (string);
  'log'?: (string)[];
  '_host'?: "host";
  '_reason'?: "reason";
}

export interface HookRun__Output {
  'id': (string);
  'hook': (string);
  'host'?: (string);
  'undo': (boolean);
  'state': (string);
  'reason'?: (string);
  'log': (string)[];
}
