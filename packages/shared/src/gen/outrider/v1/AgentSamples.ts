// Original file: proto/outrider/v1/sidecar.proto

import type { MetricSamples as _outrider_v1_MetricSamples, MetricSamples__Output as _outrider_v1_MetricSamples__Output } from '../../outrider/v1/MetricSamples.js';

export interface AgentSamples {
  'agent'?: (string);
  'instance'?: (number);
  'version'?: (string);
  'metrics'?: (_outrider_v1_MetricSamples)[];
}

export interface AgentSamples__Output {
  'agent': (string);
  'instance': (number);
  'version': (string);
  'metrics': (_outrider_v1_MetricSamples__Output)[];
}
