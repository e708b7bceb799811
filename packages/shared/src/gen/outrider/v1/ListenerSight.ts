// Original file: proto/outrider/v1/diagnosis.proto


export interface ListenerSight {
  'what'?: (string);
  'address'?: (string);
  'pid'?: (number);
  'program'?: (string);
  'own'?: (boolean);
}

export interface ListenerSight__Output {
  'what': (string);
  'address': (string);
  'pid': (number);
  'program': (string);
  'own': (boolean);
}
