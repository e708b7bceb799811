// Original file: proto/outrider/v1/coordinator.proto


export interface AgentHealth {
  'app'?: (string);
  'agent'?: (string);
  'score'?: (number | string);
  'state'?: (string);
  'instances'?: (number);
  'ready'?: (number);
  'restarts'?: (number);
  'hosts'?: (string)[];
  'reasons'?: (string)[];
}

export interface AgentHealth__Output {
  'app': (string);
  'agent': (string);
  'score': (number);
  'state': (string);
  'instances': (number);
  'ready': (number);
  'restarts': (number);
  'hosts': (string)[];
  'reasons': (string)[];
}
