// Original file: proto/outrider/v1/types.proto


export interface LogLine {
  'host'?: (string);
  'agent'?: (string);
  'instance'?: (number);
  'line'?: (string);
}

export interface LogLine__Output {
  'host': (string);
  'agent': (string);
  'instance': (number);
  'line': (string);
}
