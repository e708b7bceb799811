// Original file: proto/outrider/v1/types.proto


export interface Culprit {
  'host'?: (string);
  'agent'?: (string);
  'instance'?: (number);
  'cause'?: (string);
  'log'?: (string)[];
  '_instance'?: "instance";
}

export interface Culprit__Output {
  'host': (string);
  'agent': (string);
  'instance'?: (number);
  'cause': (string);
  'log': (string)[];
}
