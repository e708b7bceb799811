// Original file: proto/outrider/v1/types.proto


export interface AgentReplicas {
  'name'?: (string);
  'replicas'?: (number);
}

export interface AgentReplicas__Output {
  'name': (string);
  'replicas': (number);
}
