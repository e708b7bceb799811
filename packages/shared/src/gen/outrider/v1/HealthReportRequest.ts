// Original file: proto/outrider/v1/coordinator.proto


export interface HealthReportRequest {
  'app'?: (string);
  'agent'?: (string);
  'host'?: (string);
}

export interface HealthReportRequest__Output {
  'app': (string);
  'agent': (string);
  'host': (string);
}
