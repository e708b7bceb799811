// Original file: proto/outrider/v1/coordinator.proto


export interface ControlRolloutRequest {
  'rollout'?: (string);
  'app'?: (string);
  'action'?: (string);
  'by'?: (string);
}

export interface ControlRolloutRequest__Output {
  'rollout': (string);
  'app': (string);
  'action': (string);
  'by': (string);
}
