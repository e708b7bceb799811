// Original file: proto/outrider/v1/coordinator.proto


export interface EmergencyRollbackRequest {
  'body'?: (string);
  'by'?: (string);
}

export interface EmergencyRollbackRequest__Output {
  'body': (string);
  'by': (string);
}
