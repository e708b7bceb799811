// Original file: proto/outrider/v1/types.proto


export interface TestHealthRequest {
  'app'?: (string);
  'agent'?: (string);
  'host'?: (string);
  'level'?: (string);
}

export interface TestHealthRequest__Output {
  'app': (string);
  'agent': (string);
  'host': (string);
  'level': (string);
}
