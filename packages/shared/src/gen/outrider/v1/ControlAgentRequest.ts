// Original file: proto/outrider/v1/types.proto


export interface ControlAgentRequest {
  'app'?: (string);
  'agents'?: (string)[];
  'action'?: (string);
  'by'?: (string);
  'host'?: (string);
  'all'?: (boolean);
  'replicas'?: (number);
  '_replicas'?: "replicas";
}

export interface ControlAgentRequest__Output {
  'app': (string);
  'agents': (string)[];
  'action': (string);
  'by': (string);
  'host': (string);
  'all': (boolean);
  'replicas'?: (number);
}
