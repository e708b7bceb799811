// Original file: proto/outrider/v1/coordinator.proto


export interface PushReleaseRequest {
  'version'?: (string);
  'manifest'?: (Buffer | Uint8Array | string);
  'by'?: (string);
  'message'?: (string);
  'manifestDigest'?: (string);
  '_message'?: "message";
}

export interface PushReleaseRequest__Output {
  'version': (string);
  'manifest': (Buffer);
  'by': (string);
  'message'?: (string);
  'manifestDigest': (string);
}
