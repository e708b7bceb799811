// Original file: proto/outrider/v1/types.proto

import type { HealthResult as _outrider_v1_HealthResult, HealthResult__Output as _outrider_v1_HealthResult__Output } from '../../outrider/v1/HealthResult.js';

export interface TestHealthResponse {
  'results'?: (_outrider_v1_HealthResult)[];
}

export interface TestHealthResponse__Output {
  'results': (_outrider_v1_HealthResult__Output)[];
}
