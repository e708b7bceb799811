// Original file: proto/outrider/v1/sidecar.proto


export interface KnownSpecResponse {
  'hostSpec'?: (Buffer | Uint8Array | string);
  'manifest'?: (Buffer | Uint8Array | string);
}

export interface KnownSpecResponse__Output {
  'hostSpec': (Buffer);
  'manifest': (Buffer);
}
