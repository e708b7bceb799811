// Original file: proto/outrider/v1/diagnosis.proto

import type { Long } from '@grpc/proto-loader';

export interface DiskSight {
  'path'?: (string);
  'freeBytes'?: (number | string | Long);
  'totalBytes'?: (number | string | Long);
  'reserveBytes'?: (number | string | Long);
  'freeInodes'?: (number | string | Long);
  '_freeInodes'?: "freeInodes";
}

export interface DiskSight__Output {
  'path': (string);
  'freeBytes': (number);
  'totalBytes': (number);
  'reserveBytes': (number);
  'freeInodes'?: (number);
}
