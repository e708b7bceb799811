// Original file: proto/outrider/v1/coordinator.proto


export interface AppSummary {
  'app'?: (string);
  'version'?: (string);
  'rollout'?: (string);
  'phase'?: (string);
  '_version'?: "version";
  '_rollout'?: "rollout";
  '_phase'?: "phase";
}

export interface AppSummary__Output {
  'app': (string);
  'version'?: (string);
  'rollout'?: (string);
  'phase'?: (string);
}
