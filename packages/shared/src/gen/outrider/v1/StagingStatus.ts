// Original file: proto/outrider/v1/types.proto

import type { Preparing as _outrider_v1_Preparing, Preparing__Output as _outrider_v1_Preparing__Output } from '../../outrider/v1/Preparing.js';
import type { Long } from '@grpc/proto-loader';

export interface StagingStatus {
  'digest'?: (string);
  'specDigest'?: (string);
  'state'?: (string);
  'reason'?: (string);
  'bytesDone'?: (number | string | Long);
  'bytesTotal'?: (number | string | Long);
  'bytesFromCoordinators'?: (number | string | Long);
  'bytesFromPeers'?: (number | string | Long);
  'bytesReused'?: (number | string | Long);
  'preparing'?: (_outrider_v1_Preparing | null);
}

export interface StagingStatus__Output {
  'digest': (string);
  'specDigest': (string);
  'state': (string);
  'reason': (string);
  'bytesDone': (number);
  'bytesTotal': (number);
  'bytesFromCoordinators': (number);
  'bytesFromPeers': (number);
  'bytesReused': (number);
  'preparing': (_outrider_v1_Preparing__Output | null);
}
