// Original file: proto/outrider/v1/types.proto


export interface Culprit {
  'host'?: (string);
  'agent'?: (string);
  'instance'?: (number);
  'cause'?: (string);
  'log'?: (string)[];
  'app'?: (string);
  '_instance'?: "instance";
  '_app'?: "app";
}

export interface Culprit__Output {
  'host': (string);
  'agent': (string);
  'instance'?: (number);
  'cause': (string);
  'log': (string)[];
  'app'?: (string);
}
