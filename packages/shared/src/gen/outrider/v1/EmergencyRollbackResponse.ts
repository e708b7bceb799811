// Original file: proto/outrider/v1/coordinator.proto


export interface EmergencyRollbackResponse {
  'body'?: (string);
}

export interface EmergencyRollbackResponse__Output {
  'body': (string);
}
