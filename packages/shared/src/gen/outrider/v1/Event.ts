// Original file: proto/outrider/v1/coordinator.proto


export interface Event {
  'id'?: (string);
  'at'?: (string);
  'type'?: (string);
  'environment'?: (string);
  'app'?: (string);
  'rollout'?: (string);
  'host'?: (string);
  'agent'?: (string);
  'instance'?: (number);
  'version'?: (string);
  'by'?: (string);
  'reason'?: (string);
  'data'?: (string);
  '_app'?: "app";
  '_rollout'?: "rollout";
  '_host'?: "host";
  '_agent'?: "agent";
  '_instance'?: "instance";
  '_version'?: "version";
  '_by'?: "by";
  '_reason'?: "reason";
}

export interface Event__Output {
  'id': (string);
  'at': (string);
  'type': (string);
  'environment': (string);
  'app'?: (string);
  'rollout'?: (string);
  'host'?: (string);
  'agent'?: (string);
  'instance'?: (number);
  'version'?: (string);
  'by'?: (string);
  'reason'?: (string);
  'data': (string);
}
