// Original file: proto/outrider/v1/coordinator.proto

import type { Long } from '@grpc/proto-loader';

export interface RolloutRequest {
  'app'?: (string);
  'version'?: (string);
  'hosts'?: (string)[];
  'bakeMs'?: (number | string | Long);
  'confirmWithinMs'?: (number | string | Long);
  'commit'?: (string);
  'skipDown'?: (boolean);
  'message'?: (string);
  'by'?: (string);
  'expectPlan'?: (string);
  'requestId'?: (string);
  'strategy'?: (string);
  'canary'?: (number);
  'maxParallel'?: (number);
  'autoPromote'?: (boolean);
  'onFailure'?: (string);
  'labels'?: ({[key: string]: string});
  'orderBy'?: (string);
  'supersede'?: (boolean);
  'noMonitoring'?: (boolean);
  'agents'?: (string)[];
  '_bakeMs'?: "bakeMs";
  '_confirmWithinMs'?: "confirmWithinMs";
  '_message'?: "message";
  '_expectPlan'?: "expectPlan";
  '_canary'?: "canary";
  '_maxParallel'?: "maxParallel";
}

export interface RolloutRequest__Output {
  'app': (string);
  'version': (string);
  'hosts': (string)[];
  'bakeMs'?: (number);
  'confirmWithinMs'?: (number);
  'commit': (string);
  'skipDown': (boolean);
  'message'?: (string);
  'by': (string);
  'expectPlan'?: (string);
  'requestId': (string);
  'strategy': (string);
  'canary'?: (number);
  'maxParallel'?: (number);
  'autoPromote': (boolean);
  'onFailure': (string);
  'labels': ({[key: string]: string});
  'orderBy': (string);
  'supersede': (boolean);
  'noMonitoring': (boolean);
  'agents': (string)[];
}
