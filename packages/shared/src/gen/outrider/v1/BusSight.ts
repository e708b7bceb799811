// Original file: proto/outrider/v1/diagnosis.proto


export interface BusSight {
  'heard'?: (boolean);
  'event'?: (string);
  'reason'?: (string);
}

export interface BusSight__Output {
  'heard': (boolean);
  'event': (string);
  'reason': (string);
}
