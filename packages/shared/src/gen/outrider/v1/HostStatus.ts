// Original file: proto/outrider/v1/types.proto

import type { SidecarInfo as _outrider_v1_SidecarInfo, SidecarInfo__Output as _outrider_v1_SidecarInfo__Output } from '../../outrider/v1/SidecarInfo.js';
import type { AppStatus as _outrider_v1_AppStatus, AppStatus__Output as _outrider_v1_AppStatus__Output } from '../../outrider/v1/AppStatus.js';
import type { InstanceStatus as _outrider_v1_InstanceStatus, InstanceStatus__Output as _outrider_v1_InstanceStatus__Output } from '../../outrider/v1/InstanceStatus.js';
import type { SystemFigures as _outrider_v1_SystemFigures, SystemFigures__Output as _outrider_v1_SystemFigures__Output } from '../../outrider/v1/SystemFigures.js';
import type { Hold as _outrider_v1_Hold, Hold__Output as _outrider_v1_Hold__Output } from '../../outrider/v1/Hold.js';
import type { Long } from '@grpc/proto-loader';

export interface HostStatus {
  'host'?: (string);
  'address'?: (string);
  'environment'?: (string);
  'labels'?: ({[key: string]: string});
  'bootId'?: (string);
  'sidecar'?: (_outrider_v1_SidecarInfo | null);
  'epoch'?: (number | string | Long);
  'epochHolder'?: (string);
  'apps'?: (_outrider_v1_AppStatus)[];
  'instances'?: (_outrider_v1_InstanceStatus)[];
  'system'?: (_outrider_v1_SystemFigures | null);
  'problems'?: (string)[];
  'hold'?: (_outrider_v1_Hold | null);
  'mixesReleases'?: (boolean);
  '_mixesReleases'?: "mixesReleases";
}

export interface HostStatus__Output {
  'host': (string);
  'address': (string);
  'environment': (string);
  'labels': ({[key: string]: string});
  'bootId': (string);
  'sidecar': (_outrider_v1_SidecarInfo__Output | null);
  'epoch': (number);
  'epochHolder': (string);
  'apps': (_outrider_v1_AppStatus__Output)[];
  'instances': (_outrider_v1_InstanceStatus__Output)[];
  'system': (_outrider_v1_SystemFigures__Output | null);
  'problems': (string)[];
  'hold': (_outrider_v1_Hold__Output | null);
  'mixesReleases'?: (boolean);
}
