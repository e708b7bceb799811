// Original file: proto/outrider/v1/types.proto


export interface BlobChunks {
  'sha256'?: (string);
  'chunks'?: (Buffer | Uint8Array | string);
}

export interface BlobChunks__Output {
  'sha256': (string);
  'chunks': (Buffer);
}
