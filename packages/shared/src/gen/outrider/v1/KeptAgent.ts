// Original file: proto/outrider/v1/coordinator.proto


export interface KeptAgent {
  'name'?: (string);
  'version'?: (string);
}

export interface KeptAgent__Output {
  'name': (string);
  'version': (string);
}
