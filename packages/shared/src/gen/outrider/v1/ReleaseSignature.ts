// Original file: proto/outrider/v1/types.proto


export interface ReleaseSignature {
  'key'?: (string);
  'statement'?: (string);
  'signature'?: (string);
}

export interface ReleaseSignature__Output {
  'key': (string);
  'statement': (string);
  'signature': (string);
}
