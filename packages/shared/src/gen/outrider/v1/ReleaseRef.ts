// Original file: proto/outrider/v1/types.proto


export interface ReleaseRef {
  'version'?: (string);
  'digest'?: (string);
  'specDigest'?: (string);
}

export interface ReleaseRef__Output {
  'version': (string);
  'digest': (string);
  'specDigest': (string);
}
