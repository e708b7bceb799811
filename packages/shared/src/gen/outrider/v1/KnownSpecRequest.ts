// Original file: proto/outrider/v1/sidecar.proto


export interface KnownSpecRequest {
  'app'?: (string);
  'specDigest'?: (string);
  'manifestDigest'?: (string);
}

export interface KnownSpecRequest__Output {
  'app': (string);
  'specDigest': (string);
  'manifestDigest': (string);
}
