// Original file: proto/outrider/v1/coordinator.proto


export interface HealthHistoryRequest {
  'app'?: (string);
  'agent'?: (string);
  'lines'?: (number);
  'host'?: (string);
}

export interface HealthHistoryRequest__Output {
  'app': (string);
  'agent': (string);
  'lines': (number);
  'host': (string);
}
