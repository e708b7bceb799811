// Original file: proto/outrider/v1/coordinator.proto

import type { KeptAgent as _outrider_v1_KeptAgent, KeptAgent__Output as _outrider_v1_KeptAgent__Output } from '../../outrider/v1/KeptAgent.js';
import type { OnTrial as _outrider_v1_OnTrial, OnTrial__Output as _outrider_v1_OnTrial__Output } from '../../outrider/v1/OnTrial.js';

export interface AppSummary {
  'app'?: (string);
  'version'?: (string);
  'rollout'?: (string);
  'phase'?: (string);
  'kept'?: (_outrider_v1_KeptAgent)[];
  'waitsFor'?: (string);
  'explained'?: (string);
  'onTrial'?: (_outrider_v1_OnTrial)[];
  'digest'?: (string);
  'specDigests'?: ({[key: string]: string});
  '_version'?: "version";
  '_rollout'?: "rollout";
  '_phase'?: "phase";
  '_waitsFor'?: "waitsFor";
  '_explained'?: "explained";
  '_digest'?: "digest";
}

export interface AppSummary__Output {
  'app': (string);
  'version'?: (string);
  'rollout'?: (string);
  'phase'?: (string);
  'kept': (_outrider_v1_KeptAgent__Output)[];
  'waitsFor'?: (string);
  'explained'?: (string);
  'onTrial': (_outrider_v1_OnTrial__Output)[];
  'digest'?: (string);
  'specDigests': ({[key: string]: string});
}
