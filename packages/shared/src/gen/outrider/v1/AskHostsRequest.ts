// Original file: proto/outrider/v1/diagnosis.proto


export interface AskHostsRequest {
  'host'?: (string);
  'endpoints'?: (string)[];
}

export interface AskHostsRequest__Output {
  'host': (string);
  'endpoints': (string)[];
}
