// Original file: proto/outrider/v1/types.proto


export interface StagePeer {
  'host'?: (string);
  'endpoint'?: (string);
  'hasIt'?: (boolean);
}

export interface StagePeer__Output {
  'host': (string);
  'endpoint': (string);
  'hasIt': (boolean);
}
