// Original file: proto/outrider/v1/coordinator.proto

import type { DeliveryFigures as _outrider_v1_DeliveryFigures, DeliveryFigures__Output as _outrider_v1_DeliveryFigures__Output } from '../../outrider/v1/DeliveryFigures.js';

export interface AppDelivery {
  'app'?: (string);
  'figures'?: (_outrider_v1_DeliveryFigures | null);
}

export interface AppDelivery__Output {
  'app': (string);
  'figures': (_outrider_v1_DeliveryFigures__Output | null);
}
