// Original file: proto/outrider/v1/coordinator.proto


export interface TagReleaseRequest {
  'app'?: (string);
  'version'?: (string);
  'name'?: (string);
  'by'?: (string);
}

export interface TagReleaseRequest__Output {
  'app': (string);
  'version': (string);
  'name': (string);
  'by': (string);
}
