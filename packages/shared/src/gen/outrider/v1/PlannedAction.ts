// Original file: proto/outrider/v1/coordinator.proto


export interface PlannedAction {
  'agent'?: (string);
  'instance'?: (number);
  'action'?: (string);
  'order'?: (number);
  'why'?: (string);
  'version'?: (string);
  '_version'?: "version";
}

export interface PlannedAction__Output {
  'agent': (string);
  'instance': (number);
  'action': (string);
  'order': (number);
  'why': (string);
  'version'?: (string);
}
