// Original file: proto/outrider/v1/coordinator.proto


export interface BegunRollback {
  'app'?: (string);
  'rollout'?: (string);
}

export interface BegunRollback__Output {
  'app': (string);
  'rollout': (string);
}
