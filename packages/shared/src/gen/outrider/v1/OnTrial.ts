// Original file: proto/outrider/v1/coordinator.proto


export interface OnTrial {
  'version'?: (string);
  'hosts'?: (string)[];
}

export interface OnTrial__Output {
  'version': (string);
  'hosts': (string)[];
}
