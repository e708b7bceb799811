// Original file: proto/outrider/v1/coordinator.proto


export interface SettingChange {
  'agent'?: (string);
  'setting'?: (string);
  'from'?: (string);
  'to'?: (string);
  'hidden'?: (boolean);
  '_from'?: "from";
  '_to'?: "to";
}

export interface SettingChange__Output {
  'agent': (string);
  'setting': (string);
  'from'?: (string);
  'to'?: (string);
  'hidden': (boolean);
}
