// Original file: proto/outrider/v1/types.proto


export interface SidecarInfo {
  'pid'?: (number);
  'version'?: (string);
  'startedAt'?: (string);
}

export interface SidecarInfo__Output {
  'pid': (number);
  'version': (string);
  'startedAt': (string);
}
