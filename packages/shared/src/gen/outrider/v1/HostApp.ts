// Original file: proto/outrider/v1/coordinator.proto


export interface HostApp {
  'app'?: (string);
  'version'?: (string);
  'previous'?: (string);
  'phase'?: (string);
  '_version'?: "version";
  '_previous'?: "previous";
}

export interface HostApp__Output {
  'app': (string);
  'version'?: (string);
  'previous'?: (string);
  'phase': (string);
}
