// Original file: proto/outrider/v1/coordinator.proto


export interface PutBlobsResponse {
  'stored'?: (number);
}

export interface PutBlobsResponse__Output {
  'stored': (number);
}
