// Original file: proto/outrider/v1/sidecar.proto


export interface SamplesRequest {
  'app'?: (string);
  'metrics'?: (string)[];
}

export interface SamplesRequest__Output {
  'app': (string);
  'metrics': (string)[];
}
