// Original file: proto/outrider/v1/coordinator.proto


export interface ReleaseSource {
  'kind'?: (string);
  'ref'?: (string);
  'commit'?: (string);
  '_ref'?: "ref";
  '_commit'?: "commit";
}

export interface ReleaseSource__Output {
  'kind': (string);
  'ref'?: (string);
  'commit'?: (string);
}
