// Original file: proto/outrider/v1/sidecar.proto


export interface EmergencyRequest {
  'by'?: (string);
  'reason'?: (string);
  'host'?: (string);
  'environment'?: (string);
}

export interface EmergencyRequest__Output {
  'by': (string);
  'reason': (string);
  'host': (string);
  'environment': (string);
}
