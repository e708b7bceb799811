// Original file: proto/outrider/v1/coordinator.proto


export interface RollbackRequest {
  'app'?: (string);
  'to'?: (string);
  'hosts'?: (string)[];
  'by'?: (string);
  'requestId'?: (string);
  'message'?: (string);
  '_message'?: "message";
}

export interface RollbackRequest__Output {
  'app': (string);
  'to': (string);
  'hosts': (string)[];
  'by': (string);
  'requestId': (string);
  'message'?: (string);
}
