// Original file: proto/outrider/v1/types.proto


export interface PrepareOutlook {
  'name'?: (string);
  'prepared'?: (boolean);
}

export interface PrepareOutlook__Output {
  'name': (string);
  'prepared': (boolean);
}
