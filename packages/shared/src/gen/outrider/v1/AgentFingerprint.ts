// Original file: proto/outrider/v1/types.proto


export interface AgentFingerprint {
  'name'?: (string);
  'fingerprint'?: (string);
  'replicas'?: (number);
  'version'?: (string);
  '_version'?: "version";
}

export interface AgentFingerprint__Output {
  'name': (string);
  'fingerprint': (string);
  'replicas': (number);
  'version'?: (string);
}
