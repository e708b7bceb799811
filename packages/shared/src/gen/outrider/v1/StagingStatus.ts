// Original file: proto/outrider/v1/types.proto

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
}
