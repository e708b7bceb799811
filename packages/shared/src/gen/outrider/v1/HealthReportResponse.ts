// Original file: proto/outrider/v1/coordinator.proto

import type { AgentHealth as _outrider_v1_AgentHealth, AgentHealth__Output as _outrider_v1_AgentHealth__Output } from '../../outrider/v1/AgentHealth.js';
import type { HealthTrend as _outrider_v1_HealthTrend, HealthTrend__Output as _outrider_v1_HealthTrend__Output } from '../../outrider/v1/HealthTrend.js';

export interface HealthReportResponse {
  'score'?: (number | string);
  'state'?: (string);
  'total'?: (number);
  'healthy'?: (number);
  'degraded'?: (number);
  'unhealthy'?: (number);
  'agents'?: (_outrider_v1_AgentHealth)[];
  'trends'?: (_outrider_v1_HealthTrend)[];
  'problems'?: (string)[];
}

export interface HealthReportResponse__Output {
  'score': (number);
  'state': (string);
  'total': (number);
  'healthy': (number);
  'degraded': (number);
  'unhealthy': (number);
  'agents': (_outrider_v1_AgentHealth__Output)[];
  'trends': (_outrider_v1_HealthTrend__Output)[];
  'problems': (string)[];
}
