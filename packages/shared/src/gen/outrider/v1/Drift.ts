// Original file: proto/outrider/v1/coordinator.proto


export interface Drift {
  'host'?: (string);
  'app'?: (string);
  'version'?: (string);
  'expected'?: (string);
  'rollout'?: (string);
  '_version'?: "version";
  '_expected'?: "expected";
}

export interface Drift__Output {
  'host': (string);
  'app': (string);
  'version'?: (string);
  'expected'?: (string);
  'rollout': (string);
}
