// Original file: proto/outrider/v1/types.proto


export interface SystemFigures {
  'cpuPercent'?: (number | string);
  'memoryPercent'?: (number | string);
  'diskPercent'?: (number | string);
}

export interface SystemFigures__Output {
  'cpuPercent': (number);
  'memoryPercent': (number);
  'diskPercent': (number);
}
