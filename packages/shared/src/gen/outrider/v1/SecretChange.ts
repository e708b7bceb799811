// Original file: proto/outrider/v1/coordinator.proto


export interface SecretChange {
  'agent'?: (string);
  'name'?: (string);
  'change'?: (string);
}

export interface SecretChange__Output {
  'agent': (string);
  'name': (string);
  'change': (string);
}
