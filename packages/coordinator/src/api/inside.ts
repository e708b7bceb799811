/** What both faces of the coordinator are given; types only. */
import type { Diagnosis } from '@outrider/shared/domain/diagnosis.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { Fleet, Releases } from '../engine/ports.js';
import type { Drift } from '../rollout/drift.js';
import type { Leader } from './leader.js';
import type { Contents, ErrorLog, EventLog, HealthLog, Keeping, Publishing, Rollouts, Verifying } from './ports.js';
import type { Sidecars } from './sidecars.js';

export interface Inside {
  readonly environment: string;
  readonly clock: Clock;
  readonly fleet: Fleet;
  readonly rollouts: Rollouts;
  readonly events: EventLog;
  readonly errors: ErrorLog;
  readonly health: HealthLog;
  readonly releases: Releases;
  readonly publishing: Publishing;
  readonly keeping: Keeping;
  readonly verifying: Verifying;
  readonly contents: Contents;
  readonly sidecars: Sidecars;
  readonly leader: Leader;
  /** What this coordinator sees of itself. */
  readonly self: () => Promise<Diagnosis>;
  /** Absolute path, on this machine, of the token that opens the sidecars. */
  readonly fleetTokenFile: string;
  /** Hosts that run something else than their rollouts have left there; absent: nobody looks. */
  readonly drifts?: () => readonly Drift[];
  /** Verdicts of gates, counted. */
  readonly gateCounts: () => readonly { readonly gate: string; readonly result: string; readonly count: number }[];
}
