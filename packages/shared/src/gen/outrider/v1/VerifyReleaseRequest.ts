// Original file: proto/outrider/v1/coordinator.proto


export interface VerifyReleaseRequest {
  'app'?: (string);
  'version'?: (string);
  'host'?: (string);
}

export interface VerifyReleaseRequest__Output {
  'app': (string);
  'version': (string);
  'host': (string);
}
