// Original file: proto/outrider/v1/coordinator.proto


export interface ShowReleaseRequest {
  'app'?: (string);
  'version'?: (string);
}

export interface ShowReleaseRequest__Output {
  'app': (string);
  'version': (string);
}
