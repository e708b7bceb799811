// Original file: proto/outrider/v1/types.proto

import type { Long } from '@grpc/proto-loader';

export interface SystemFigures {
  'cpuPercent'?: (number | string);
  'memoryPercent'?: (number | string);
  'diskPercent'?: (number | string);
  'memoryAvailableBytes'?: (number | string | Long);
  'memoryTotalBytes'?: (number | string | Long);
  '_memoryAvailableBytes'?: "memoryAvailableBytes";
  '_memoryTotalBytes'?: "memoryTotalBytes";
}

export interface SystemFigures__Output {
  'cpuPercent': (number);
  'memoryPercent': (number);
  'diskPercent': (number);
  'memoryAvailableBytes'?: (number);
  'memoryTotalBytes'?: (number);
}
