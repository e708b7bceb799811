// Original file: proto/outrider/v1/coordinator.proto

import type { ErrorGroup as _outrider_v1_ErrorGroup, ErrorGroup__Output as _outrider_v1_ErrorGroup__Output } from '../../outrider/v1/ErrorGroup.js';
import type { DroppedErrors as _outrider_v1_DroppedErrors, DroppedErrors__Output as _outrider_v1_DroppedErrors__Output } from '../../outrider/v1/DroppedErrors.js';
import type { Event as _outrider_v1_Event, Event__Output as _outrider_v1_Event__Output } from '../../outrider/v1/Event.js';

export interface ErrorsResponse {
  'group'?: (_outrider_v1_ErrorGroup | null);
  'dropped'?: (_outrider_v1_DroppedErrors | null);
  'error'?: (_outrider_v1_Event | null);
}

export interface ErrorsResponse__Output {
  'group': (_outrider_v1_ErrorGroup__Output | null);
  'dropped': (_outrider_v1_DroppedErrors__Output | null);
  'error': (_outrider_v1_Event__Output | null);
}
