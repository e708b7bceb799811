// Original file: proto/outrider/v1/diagnosis.proto


export interface EndpointSight {
  'what'?: (string);
  'url'?: (string);
  'ok'?: (boolean);
  'detail'?: (string);
}

export interface EndpointSight__Output {
  'what': (string);
  'url': (string);
  'ok': (boolean);
  'detail': (string);
}
