// Original file: proto/outrider/v1/coordinator.proto


export interface ListReleasesRequest {
  'app'?: (string);
}

export interface ListReleasesRequest__Output {
  'app': (string);
}
