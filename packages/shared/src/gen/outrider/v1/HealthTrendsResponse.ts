// Original file: proto/outrider/v1/sidecar.proto

import type { HealthTrend as _outrider_v1_HealthTrend, HealthTrend__Output as _outrider_v1_HealthTrend__Output } from '../../outrider/v1/HealthTrend.js';

export interface HealthTrendsResponse {
  'trends'?: (_outrider_v1_HealthTrend)[];
}

export interface HealthTrendsResponse__Output {
  'trends': (_outrider_v1_HealthTrend__Output)[];
}
