// Original file: proto/outrider/v1/types.proto


export interface LogsRequest {
  'agent'?: (string);
  'app'?: (string);
  'host'?: (string);
  'follow'?: (boolean);
  'lines'?: (number);
}

export interface LogsRequest__Output {
  'agent': (string);
  'app': (string);
  'host': (string);
  'follow': (boolean);
  'lines': (number);
}
