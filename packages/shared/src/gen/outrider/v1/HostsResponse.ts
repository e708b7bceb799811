// Original file: proto/outrider/v1/coordinator.proto

import type { Host as _outrider_v1_Host, Host__Output as _outrider_v1_Host__Output } from '../../outrider/v1/Host.js';

export interface HostsResponse {
  'hosts'?: (_outrider_v1_Host)[];
  'environment'?: (string);
  'tokenFile'?: (string);
}

export interface HostsResponse__Output {
  'hosts': (_outrider_v1_Host__Output)[];
  'environment': (string);
  'tokenFile': (string);
}
