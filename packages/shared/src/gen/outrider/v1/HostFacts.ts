// Original file: proto/outrider/v1/types.proto

import type { Long } from '@grpc/proto-loader';

export interface HostFacts {
  'diskNeededBytes'?: (number | string | Long);
  'diskFreeBytes'?: (number | string | Long);
  'diskReserveBytes'?: (number | string | Long);
  'memoryBytes'?: (number | string | Long);
  'memoryReservedBytes'?: (number | string | Long);
  'cpus'?: (number | string);
  'cpusReserved'?: (number | string);
  'besideNeededBytes'?: (number | string | Long);
  'besideUsableBytes'?: (number | string | Long);
  '_besideNeededBytes'?: "besideNeededBytes";
  '_besideUsableBytes'?: "besideUsableBytes";
}

export interface HostFacts__Output {
  'diskNeededBytes': (number);
  'diskFreeBytes': (number);
  'diskReserveBytes': (number);
  'memoryBytes': (number);
  'memoryReservedBytes': (number);
  'cpus': (number);
  'cpusReserved': (number);
  'besideNeededBytes'?: (number);
  'besideUsableBytes'?: (number);
}
