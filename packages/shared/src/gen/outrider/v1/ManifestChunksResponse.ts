// Original file: proto/outrider/v1/coordinator.proto


export interface ManifestChunksResponse {
  'digest'?: (string);
  'chunks'?: (Buffer | Uint8Array | string);
}

export interface ManifestChunksResponse__Output {
  'digest': (string);
  'chunks': (Buffer);
}
