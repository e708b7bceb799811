// Original file: proto/outrider/v1/types.proto


export interface HealthResult {
  'at'?: (string);
  'host'?: (string);
  'app'?: (string);
  'agent'?: (string);
  'instance'?: (number);
  'level'?: (string);
  'probe'?: (string);
  'status'?: (string);
  'seconds'?: (number | string);
  'reason'?: (string);
  'critical'?: (boolean);
  '_seconds'?: "seconds";
}

export interface HealthResult__Output {
  'at': (string);
  'host': (string);
  'app': (string);
  'agent': (string);
  'instance': (number);
  'level': (string);
  'probe': (string);
  'status': (string);
  'seconds'?: (number);
  'reason': (string);
  'critical': (boolean);
}
