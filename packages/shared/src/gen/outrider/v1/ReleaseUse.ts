// Original file: proto/outrider/v1/coordinator.proto


export interface ReleaseUse {
  'how'?: (string);
  'host'?: (string);
  'rollout'?: (string);
  '_host'?: "host";
  '_rollout'?: "rollout";
}

export interface ReleaseUse__Output {
  'how': (string);
  'host'?: (string);
  'rollout'?: (string);
}
