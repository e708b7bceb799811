// Original file: proto/outrider/v1/sidecar.proto

import type { SampleWindow as _outrider_v1_SampleWindow, SampleWindow__Output as _outrider_v1_SampleWindow__Output } from '../../outrider/v1/SampleWindow.js';

export interface MetricSamples {
  'name'?: (string);
  'kind'?: (string);
  'before'?: (_outrider_v1_SampleWindow | null);
  'since'?: (_outrider_v1_SampleWindow | null);
}

export interface MetricSamples__Output {
  'name': (string);
  'kind': (string);
  'before': (_outrider_v1_SampleWindow__Output | null);
  'since': (_outrider_v1_SampleWindow__Output | null);
}
