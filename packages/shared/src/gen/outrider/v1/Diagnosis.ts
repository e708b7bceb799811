// Original file: proto/outrider/v1/diagnosis.proto

import type { RedisSight as _outrider_v1_RedisSight, RedisSight__Output as _outrider_v1_RedisSight__Output } from '../../outrider/v1/RedisSight.js';
import type { DiskSight as _outrider_v1_DiskSight, DiskSight__Output as _outrider_v1_DiskSight__Output } from '../../outrider/v1/DiskSight.js';
import type { PathSight as _outrider_v1_PathSight, PathSight__Output as _outrider_v1_PathSight__Output } from '../../outrider/v1/PathSight.js';
import type { ListenerSight as _outrider_v1_ListenerSight, ListenerSight__Output as _outrider_v1_ListenerSight__Output } from '../../outrider/v1/ListenerSight.js';
import type { CertificateSight as _outrider_v1_CertificateSight, CertificateSight__Output as _outrider_v1_CertificateSight__Output } from '../../outrider/v1/CertificateSight.js';
import type { EndpointSight as _outrider_v1_EndpointSight, EndpointSight__Output as _outrider_v1_EndpointSight__Output } from '../../outrider/v1/EndpointSight.js';
import type { BusSight as _outrider_v1_BusSight, BusSight__Output as _outrider_v1_BusSight__Output } from '../../outrider/v1/BusSight.js';
import type { Long } from '@grpc/proto-loader';

export interface Diagnosis {
  'name'?: (string);
  'version'?: (string);
  'nowMs'?: (number | string | Long);
  'loopLagMs'?: (number | string | Long);
  'redis'?: (_outrider_v1_RedisSight | null);
  'disk'?: (_outrider_v1_DiskSight | null);
  'paths'?: (_outrider_v1_PathSight)[];
  'listeners'?: (_outrider_v1_ListenerSight)[];
  'certificates'?: (_outrider_v1_CertificateSight)[];
  'monitoring'?: (_outrider_v1_EndpointSight)[];
  'health'?: (string);
  'bus'?: (_outrider_v1_BusSight | null);
  'question'?: (string);
  'leader'?: (string);
  'clockAheadMs'?: (number | string | Long);
  'roundTripMs'?: (number | string | Long);
  '_health'?: "health";
  '_question'?: "question";
  '_leader'?: "leader";
  '_clockAheadMs'?: "clockAheadMs";
}

export interface Diagnosis__Output {
  'name': (string);
  'version': (string);
  'nowMs': (number);
  'loopLagMs': (number);
  'redis': (_outrider_v1_RedisSight__Output | null);
  'disk': (_outrider_v1_DiskSight__Output | null);
  'paths': (_outrider_v1_PathSight__Output)[];
  'listeners': (_outrider_v1_ListenerSight__Output)[];
  'certificates': (_outrider_v1_CertificateSight__Output)[];
  'monitoring': (_outrider_v1_EndpointSight__Output)[];
  'health'?: (string);
  'bus': (_outrider_v1_BusSight__Output | null);
  'question'?: (string);
  'leader'?: (string);
  'clockAheadMs'?: (number);
  'roundTripMs': (number);
}
