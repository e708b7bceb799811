// Original file: proto/outrider/v1/coordinator.proto


export interface GateState {
  'name'?: (string);
  'outcome'?: (string);
  'reason'?: (string);
  'passed'?: (number);
  'count'?: (number);
  'failed'?: (number);
  '_outcome'?: "outcome";
  '_reason'?: "reason";
}

export interface GateState__Output {
  'name': (string);
  'outcome'?: (string);
  'reason'?: (string);
  'passed': (number);
  'count': (number);
  'failed': (number);
}
