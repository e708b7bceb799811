// Original file: proto/outrider/v1/types.proto


export interface BlobsRequest {
  'sha256'?: (string)[];
}

export interface BlobsRequest__Output {
  'sha256': (string)[];
}
