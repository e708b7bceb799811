// Original file: proto/outrider/v1/coordinator.proto

import type { RolloutHost as _outrider_v1_RolloutHost, RolloutHost__Output as _outrider_v1_RolloutHost__Output } from '../../outrider/v1/RolloutHost.js';
import type { RolloutOptions as _outrider_v1_RolloutOptions, RolloutOptions__Output as _outrider_v1_RolloutOptions__Output } from '../../outrider/v1/RolloutOptions.js';
import type { Culprit as _outrider_v1_Culprit, Culprit__Output as _outrider_v1_Culprit__Output } from '../../outrider/v1/Culprit.js';
import type { GateState as _outrider_v1_GateState, GateState__Output as _outrider_v1_GateState__Output } from '../../outrider/v1/GateState.js';
import type { HookRun as _outrider_v1_HookRun, HookRun__Output as _outrider_v1_HookRun__Output } from '../../outrider/v1/HookRun.js';
import type { RolloutApp as _outrider_v1_RolloutApp, RolloutApp__Output as _outrider_v1_RolloutApp__Output } from '../../outrider/v1/RolloutApp.js';
import type { Long } from '@grpc/proto-loader';

export interface RolloutRecord {
  'id'?: (string);
  'seq'?: (number | string | Long);
  'kind'?: (string);
  'app'?: (string);
  'environment'?: (string);
  'version'?: (string);
  'digest'?: (string);
  'fromVersion'?: (string);
  'phase'?: (string);
  'paused'?: (boolean);
  'abortedBy'?: (string);
  'hosts'?: (_outrider_v1_RolloutHost)[];
  'options'?: (_outrider_v1_RolloutOptions | null);
  'by'?: (string);
  'startedAt'?: (number | string | Long);
  'bakeUntil'?: (number | string | Long);
  'deadline'?: (number | string | Long);
  'endedAt'?: (number | string | Long);
  'steps'?: (number);
  'culprit'?: (_outrider_v1_Culprit | null);
  'reason'?: (string);
  'explained'?: (string);
  'awaiting'?: (string);
  'holding'?: (string);
  'promotedBy'?: (string);
  'pausedFor'?: (string);
  'gates'?: (_outrider_v1_GateState)[];
  'hookRuns'?: (_outrider_v1_HookRun)[];
  'apps'?: (_outrider_v1_RolloutApp)[];
  'skipped'?: (string)[];
  'awaitsSteady'?: (boolean);
  '_fromVersion'?: "fromVersion";
  '_abortedBy'?: "abortedBy";
  '_bakeUntil'?: "bakeUntil";
  '_deadline'?: "deadline";
  '_endedAt'?: "endedAt";
  '_reason'?: "reason";
  '_awaiting'?: "awaiting";
  '_holding'?: "holding";
  '_promotedBy'?: "promotedBy";
  '_pausedFor'?: "pausedFor";
  '_awaitsSteady'?: "awaitsSteady";
}

export interface RolloutRecord__Output {
  'id': (string);
  'seq': (number);
  'kind': (string);
  'app': (string);
  'environment': (string);
  'version': (string);
  'digest': (string);
  'fromVersion'?: (string);
  'phase': (string);
  'paused': (boolean);
  'abortedBy'?: (string);
  'hosts': (_outrider_v1_RolloutHost__Output)[];
  'options': (_outrider_v1_RolloutOptions__Output | null);
  'by': (string);
  'startedAt': (number);
  'bakeUntil'?: (number);
  'deadline'?: (number);
  'endedAt'?: (number);
  'steps': (number);
  'culprit': (_outrider_v1_Culprit__Output | null);
  'reason'?: (string);
  'explained': (string);
  'awaiting'?: (string);
  'holding'?: (string);
  'promotedBy'?: (string);
  'pausedFor'?: (string);
  'gates': (_outrider_v1_GateState__Output)[];
  'hookRuns': (_outrider_v1_HookRun__Output)[];
  'apps': (_outrider_v1_RolloutApp__Output)[];
  'skipped': (string)[];
  'awaitsSteady'?: (boolean);
}
