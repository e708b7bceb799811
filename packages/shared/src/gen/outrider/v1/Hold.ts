// Original file: proto/outrider/v1/types.proto


export interface Hold {
  'by'?: (string);
  'since'?: (string);
  'reason'?: (string);
}

export interface Hold__Output {
  'by': (string);
  'since': (string);
  'reason': (string);
}
