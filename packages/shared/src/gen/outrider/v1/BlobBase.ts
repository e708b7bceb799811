// Original file: proto/outrider/v1/types.proto


export interface BlobBase {
  'sha256'?: (string);
  'base'?: (string);
}

export interface BlobBase__Output {
  'sha256': (string);
  'base': (string);
}
