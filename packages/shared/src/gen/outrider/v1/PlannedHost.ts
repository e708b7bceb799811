// Original file: proto/outrider/v1/coordinator.proto

import type { PlannedAction as _outrider_v1_PlannedAction, PlannedAction__Output as _outrider_v1_PlannedAction__Output } from '../../outrider/v1/PlannedAction.js';
import type { HostExpectation as _outrider_v1_HostExpectation, HostExpectation__Output as _outrider_v1_HostExpectation__Output } from '../../outrider/v1/HostExpectation.js';
import type { CapacityGap as _outrider_v1_CapacityGap, CapacityGap__Output as _outrider_v1_CapacityGap__Output } from '../../outrider/v1/CapacityGap.js';
import type { SettingChange as _outrider_v1_SettingChange, SettingChange__Output as _outrider_v1_SettingChange__Output } from '../../outrider/v1/SettingChange.js';
import type { SecretChange as _outrider_v1_SecretChange, SecretChange__Output as _outrider_v1_SecretChange__Output } from '../../outrider/v1/SecretChange.js';
import type { HostFacts as _outrider_v1_HostFacts, HostFacts__Output as _outrider_v1_HostFacts__Output } from '../../outrider/v1/HostFacts.js';
import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from '../../outrider/v1/ReleaseRef.js';
import type { PrepareOutlook as _outrider_v1_PrepareOutlook, PrepareOutlook__Output as _outrider_v1_PrepareOutlook__Output } from '../../outrider/v1/PrepareOutlook.js';

export interface PlannedHost {
  'host'?: (string);
  'wave'?: (number);
  'from'?: (string);
  'actions'?: (_outrider_v1_PlannedAction)[];
  'expected'?: (_outrider_v1_HostExpectation | null);
  'gaps'?: (_outrider_v1_CapacityGap)[];
  'settings'?: (_outrider_v1_SettingChange)[];
  'secrets'?: (_outrider_v1_SecretChange)[];
  'facts'?: (_outrider_v1_HostFacts | null);
  'app'?: (string);
  'to'?: (string);
  'release'?: (_outrider_v1_ReleaseRef | null);
  'prepare'?: (_outrider_v1_PrepareOutlook)[];
  '_from'?: "from";
  '_app'?: "app";
  '_to'?: "to";
}

export interface PlannedHost__Output {
  'host': (string);
  'wave': (number);
  'from'?: (string);
  'actions': (_outrider_v1_PlannedAction__Output)[];
  'expected': (_outrider_v1_HostExpectation__Output | null);
  'gaps': (_outrider_v1_CapacityGap__Output)[];
  'settings': (_outrider_v1_SettingChange__Output)[];
  'secrets': (_outrider_v1_SecretChange__Output)[];
  'facts': (_outrider_v1_HostFacts__Output | null);
  'app'?: (string);
  'to'?: (string);
  'release': (_outrider_v1_ReleaseRef__Output | null);
  'prepare': (_outrider_v1_PrepareOutlook__Output)[];
}
