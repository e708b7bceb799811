// Original file: proto/outrider/v1/sidecar.proto

import type { Long } from '@grpc/proto-loader';

export interface SampleWindow {
  'ageMs'?: (number | string | Long)[];
  'spanMs'?: (number | string | Long)[];
  'value'?: (number | string)[];
  'incarnation'?: (number)[];
}

export interface SampleWindow__Output {
  'ageMs': (number)[];
  'spanMs': (number)[];
  'value': (number)[];
  'incarnation': (number)[];
}
