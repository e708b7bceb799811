// Original file: proto/outrider/v1/coordinator.proto


export interface SpanFigures {
  'count'?: (number);
  'median'?: (number | string);
  'p90'?: (number | string);
  'mean'?: (number | string);
  'max'?: (number | string);
}

export interface SpanFigures__Output {
  'count': (number);
  'median': (number);
  'p90': (number);
  'mean': (number);
  'max': (number);
}
