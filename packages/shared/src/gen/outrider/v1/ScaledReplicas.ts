// Original file: proto/outrider/v1/types.proto


export interface ScaledReplicas {
  'declared'?: (number);
  'by'?: (string);
  'since'?: (string);
  'reason'?: (string);
}

export interface ScaledReplicas__Output {
  'declared': (number);
  'by': (string);
  'since': (string);
  'reason': (string);
}
