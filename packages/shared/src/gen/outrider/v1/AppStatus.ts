// Original file: proto/outrider/v1/types.proto

import type { ReleaseRef as _outrider_v1_ReleaseRef, ReleaseRef__Output as _outrider_v1_ReleaseRef__Output } from '../../outrider/v1/ReleaseRef.js';
import type { Fence as _outrider_v1_Fence, Fence__Output as _outrider_v1_Fence__Output } from '../../outrider/v1/Fence.js';
import type { StagingStatus as _outrider_v1_StagingStatus, StagingStatus__Output as _outrider_v1_StagingStatus__Output } from '../../outrider/v1/StagingStatus.js';
import type { Outcome as _outrider_v1_Outcome, Outcome__Output as _outrider_v1_Outcome__Output } from '../../outrider/v1/Outcome.js';
import type { Culprit as _outrider_v1_Culprit, Culprit__Output as _outrider_v1_Culprit__Output } from '../../outrider/v1/Culprit.js';
import type { AgentFingerprint as _outrider_v1_AgentFingerprint, AgentFingerprint__Output as _outrider_v1_AgentFingerprint__Output } from '../../outrider/v1/AgentFingerprint.js';
import type { Hold as _outrider_v1_Hold, Hold__Output as _outrider_v1_Hold__Output } from '../../outrider/v1/Hold.js';
import type { AgentReplicas as _outrider_v1_AgentReplicas, AgentReplicas__Output as _outrider_v1_AgentReplicas__Output } from '../../outrider/v1/AgentReplicas.js';
import type { Long } from '@grpc/proto-loader';

export interface AppStatus {
  'app'?: (string);
  'phase'?: (string);
  'active'?: (_outrider_v1_ReleaseRef | null);
  'previous'?: (_outrider_v1_ReleaseRef | null);
  'candidate'?: (_outrider_v1_ReleaseRef | null);
  'fence'?: (_outrider_v1_Fence | null);
  'rollout'?: (string);
  'rolloutRecord'?: (string);
  'staging'?: (_outrider_v1_StagingStatus | null);
  'outcome'?: (_outrider_v1_Outcome | null);
  'converged'?: (boolean);
  'waitingFor'?: (string);
  'stuckOn'?: (_outrider_v1_Culprit | null);
  'leaseRemainingMs'?: (number | string | Long);
  'agents'?: (_outrider_v1_AgentFingerprint)[];
  'hold'?: (_outrider_v1_Hold | null);
  'previousReplicas'?: (_outrider_v1_AgentReplicas)[];
  '_rollout'?: "rollout";
  '_rolloutRecord'?: "rolloutRecord";
  '_leaseRemainingMs'?: "leaseRemainingMs";
}

export interface AppStatus__Output {
  'app': (string);
  'phase': (string);
  'active': (_outrider_v1_ReleaseRef__Output | null);
  'previous': (_outrider_v1_ReleaseRef__Output | null);
  'candidate': (_outrider_v1_ReleaseRef__Output | null);
  'fence': (_outrider_v1_Fence__Output | null);
  'rollout'?: (string);
  'rolloutRecord'?: (string);
  'staging': (_outrider_v1_StagingStatus__Output | null);
  'outcome': (_outrider_v1_Outcome__Output | null);
  'converged': (boolean);
  'waitingFor': (string);
  'stuckOn': (_outrider_v1_Culprit__Output | null);
  'leaseRemainingMs'?: (number);
  'agents': (_outrider_v1_AgentFingerprint__Output)[];
  'hold': (_outrider_v1_Hold__Output | null);
  'previousReplicas': (_outrider_v1_AgentReplicas__Output)[];
}
