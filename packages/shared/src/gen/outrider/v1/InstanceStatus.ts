// Original file: proto/outrider/v1/types.proto

import type { Long } from '@grpc/proto-loader';

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
  'kept'?: (boolean);
  'memoryBytes'?: (number | string | Long);
  'cpuPercent'?: (number | string);
  '_kept'?: "kept";
  '_memoryBytes'?: "memoryBytes";
  '_cpuPercent'?: "cpuPercent";
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
  'kept'?: (boolean);
  'memoryBytes'?: (number);
  'cpuPercent'?: (number);
}
