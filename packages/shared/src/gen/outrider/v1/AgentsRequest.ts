// Original file: proto/outrider/v1/coordinator.proto


export interface AgentsRequest {
  'host'?: (string);
}

export interface AgentsRequest__Output {
  'host': (string);
}
