// Original file: proto/outrider/v1/coordinator.proto


export interface FleetEmergencyRequest {
  'by'?: (string);
}

export interface FleetEmergencyRequest__Output {
  'by': (string);
}
