// Original file: proto/outrider/v1/coordinator.proto

import type { SidecarInfo as _outrider_v1_SidecarInfo, SidecarInfo__Output as _outrider_v1_SidecarInfo__Output } from '../../outrider/v1/SidecarInfo.js';
import type { HostApp as _outrider_v1_HostApp, HostApp__Output as _outrider_v1_HostApp__Output } from '../../outrider/v1/HostApp.js';
import type { Hold as _outrider_v1_Hold, Hold__Output as _outrider_v1_Hold__Output } from '../../outrider/v1/Hold.js';
import type { SystemFigures as _outrider_v1_SystemFigures, SystemFigures__Output as _outrider_v1_SystemFigures__Output } from '../../outrider/v1/SystemFigures.js';

export interface Host {
  'name'?: (string);
  'address'?: (string);
  'state'?: (string);
  'sidecar'?: (_outrider_v1_SidecarInfo | null);
  'apps'?: (_outrider_v1_HostApp)[];
  'labels'?: ({[key: string]: string});
  'endpoint'?: (string);
  'hold'?: (_outrider_v1_Hold | null);
  'cutOff'?: (boolean);
  'flapping'?: (boolean);
  'system'?: (_outrider_v1_SystemFigures | null);
}

export interface Host__Output {
  'name': (string);
  'address': (string);
  'state': (string);
  'sidecar': (_outrider_v1_SidecarInfo__Output | null);
  'apps': (_outrider_v1_HostApp__Output)[];
  'labels': ({[key: string]: string});
  'endpoint': (string);
  'hold': (_outrider_v1_Hold__Output | null);
  'cutOff': (boolean);
  'flapping': (boolean);
  'system': (_outrider_v1_SystemFigures__Output | null);
}
