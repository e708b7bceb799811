// Original file: proto/outrider/v1/coordinator.proto


export interface ResumeHostsRequest {
  'hosts'?: (string)[];
  'by'?: (string);
}

export interface ResumeHostsRequest__Output {
  'hosts': (string)[];
  'by': (string);
}
