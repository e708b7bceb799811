// Original file: proto/outrider/v1/types.proto


export interface InstanceStatus {
  'host'?: (string);
  'app'?: (string);
  'agent'?: (string);
  'instance'?: (number);
  'incarnation'?: (string);
  'version'?: (string);
  'fingerprint'?: (string);
  'state'?: (string);
  'ready'?: (boolean);
  'pid'?: (number);
  'restarts'?: (number);
  'since'?: (string);
  'reason'?: (string);
  'critical'?: (boolean);
  'overdue'?: (boolean);
  'healthScore'?: (number | string);
}

export interface InstanceStatus__Output {
  'host': (string);
  'app': (string);
  'agent': (string);
  'instance': (number);
  'incarnation': (string);
  'version': (string);
  'fingerprint': (string);
  'state': (string);
  'ready': (boolean);
  'pid': (number);
  'restarts': (number);
  'since': (string);
  'reason': (string);
  'critical': (boolean);
  'overdue': (boolean);
  'healthScore': (number);
}
