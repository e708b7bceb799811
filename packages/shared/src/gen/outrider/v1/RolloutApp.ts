// Original file: proto/outrider/v1/coordinator.proto


export interface RolloutApp {
  'app'?: (string);
  'version'?: (string);
  'digest'?: (string);
  'fromVersion'?: (string);
  '_fromVersion'?: "fromVersion";
}

export interface RolloutApp__Output {
  'app': (string);
  'version': (string);
  'digest': (string);
  'fromVersion'?: (string);
}
