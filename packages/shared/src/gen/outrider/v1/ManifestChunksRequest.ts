// Original file: proto/outrider/v1/coordinator.proto


export interface ManifestChunksRequest {
  'app'?: (string);
}

export interface ManifestChunksRequest__Output {
  'app': (string);
}
