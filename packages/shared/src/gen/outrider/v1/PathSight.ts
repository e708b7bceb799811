// Original file: proto/outrider/v1/diagnosis.proto


export interface PathSight {
  'what'?: (string);
  'path'?: (string);
  'exists'?: (boolean);
  'mode'?: (number);
  'uid'?: (number);
  'ownUid'?: (number);
  'writable'?: (boolean);
}

export interface PathSight__Output {
  'what': (string);
  'path': (string);
  'exists': (boolean);
  'mode': (number);
  'uid': (number);
  'ownUid': (number);
  'writable': (boolean);
}
