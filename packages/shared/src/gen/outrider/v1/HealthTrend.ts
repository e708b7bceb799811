// Original file: proto/outrider/v1/types.proto


export interface HealthTrend {
  'host'?: (string);
  'app'?: (string);
  'agent'?: (string);
  'instance'?: (number);
  'metric'?: (string);
  'value'?: (number | string);
  'limit'?: (number | string);
  'perHour'?: (number | string);
  'hours'?: (number | string);
  'sentence'?: (string);
}

export interface HealthTrend__Output {
  'host': (string);
  'app': (string);
  'agent': (string);
  'instance': (number);
  'metric': (string);
  'value': (number);
  'limit': (number);
  'perHour': (number);
  'hours': (number);
  'sentence': (string);
}
