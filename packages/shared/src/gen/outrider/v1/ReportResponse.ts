// Original file: proto/outrider/v1/coordinator.proto

import type { AppDelivery as _outrider_v1_AppDelivery, AppDelivery__Output as _outrider_v1_AppDelivery__Output } from '../../outrider/v1/AppDelivery.js';
import type { DeliveryFigures as _outrider_v1_DeliveryFigures, DeliveryFigures__Output as _outrider_v1_DeliveryFigures__Output } from '../../outrider/v1/DeliveryFigures.js';
import type { Long } from '@grpc/proto-loader';

export interface ReportResponse {
  'environment'?: (string);
  'from'?: (number | string | Long);
  'until'?: (number | string | Long);
  'apps'?: (_outrider_v1_AppDelivery)[];
  'total'?: (_outrider_v1_DeliveryFigures | null);
}

export interface ReportResponse__Output {
  'environment': (string);
  'from': (number);
  'until': (number);
  'apps': (_outrider_v1_AppDelivery__Output)[];
  'total': (_outrider_v1_DeliveryFigures__Output | null);
}
