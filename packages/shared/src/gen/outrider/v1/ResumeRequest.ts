// Original file: proto/outrider/v1/sidecar.proto


export interface ResumeRequest {
  'by'?: (string);
  'host'?: (string);
  'environment'?: (string);
}

export interface ResumeRequest__Output {
  'by': (string);
  'host': (string);
  'environment': (string);
}
