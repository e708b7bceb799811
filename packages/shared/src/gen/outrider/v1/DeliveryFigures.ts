// Original file: proto/outrider/v1/coordinator.proto

import type { SpanFigures as _outrider_v1_SpanFigures, SpanFigures__Output as _outrider_v1_SpanFigures__Output } from '../../outrider/v1/SpanFigures.js';
import type { Long } from '@grpc/proto-loader';

export interface DeliveryFigures {
  'succeeded'?: (number);
  'rolledBack'?: (number);
  'stuck'?: (number);
  'aborted'?: (number);
  'takenBack'?: (number);
  'rollbacks'?: (number);
  'perDay'?: (number | string);
  'successRate'?: (number | string);
  'rollbackRate'?: (number | string);
  'duration'?: (_outrider_v1_SpanFigures | null);
  'recovery'?: (_outrider_v1_SpanFigures | null);
  'unrecovered'?: (number);
  'lastSuccess'?: (number | string | Long);
  '_successRate'?: "successRate";
  '_rollbackRate'?: "rollbackRate";
  '_lastSuccess'?: "lastSuccess";
}

export interface DeliveryFigures__Output {
  'succeeded': (number);
  'rolledBack': (number);
  'stuck': (number);
  'aborted': (number);
  'takenBack': (number);
  'rollbacks': (number);
  'perDay': (number);
  'successRate'?: (number);
  'rollbackRate'?: (number);
  'duration': (_outrider_v1_SpanFigures__Output | null);
  'recovery': (_outrider_v1_SpanFigures__Output | null);
  'unrecovered': (number);
  'lastSuccess'?: (number);
}
