// Original file: proto/outrider/v1/types.proto


export interface Blob {
  'sha256'?: (string);
  'data'?: (Buffer | Uint8Array | string);
  'last'?: (boolean);
}

export interface Blob__Output {
  'sha256': (string);
  'data': (Buffer);
  'last': (boolean);
}
