// Original file: proto/outrider/v1/coordinator.proto


export interface RolloutId {
  'rollout'?: (string);
  'app'?: (string);
}

export interface RolloutId__Output {
  'rollout': (string);
  'app': (string);
}
