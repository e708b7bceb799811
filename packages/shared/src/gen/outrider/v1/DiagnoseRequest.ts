// Original file: proto/outrider/v1/diagnosis.proto


export interface DiagnoseRequest {
  'host'?: (string);
  'clockOnly'?: (boolean);
}

export interface DiagnoseRequest__Output {
  'host': (string);
  'clockOnly': (boolean);
}
