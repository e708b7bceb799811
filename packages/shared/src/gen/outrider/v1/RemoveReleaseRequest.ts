// Original file: proto/outrider/v1/coordinator.proto


export interface RemoveReleaseRequest {
  'app'?: (string);
  'version'?: (string);
  'by'?: (string);
}

export interface RemoveReleaseRequest__Output {
  'app': (string);
  'version': (string);
  'by': (string);
}
