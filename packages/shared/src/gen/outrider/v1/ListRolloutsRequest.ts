// Original file: proto/outrider/v1/coordinator.proto


export interface ListRolloutsRequest {
  'app'?: (string);
  'limit'?: (number);
  'before'?: (string);
}

export interface ListRolloutsRequest__Output {
  'app': (string);
  'limit': (number);
  'before': (string);
}
