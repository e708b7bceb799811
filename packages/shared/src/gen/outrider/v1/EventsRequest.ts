// Original file: proto/outrider/v1/coordinator.proto


export interface EventsRequest {
  'follow'?: (boolean);
  'lines'?: (number);
  'rollout'?: (string);
  'after'?: (string);
}

export interface EventsRequest__Output {
  'follow': (boolean);
  'lines': (number);
  'rollout': (string);
  'after': (string);
}
