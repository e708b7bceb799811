/**
 * Where one app stands on this host: what is written to disk before anything is done about it. Plain JSON; no
 * member outlives the phase it belongs to.
 */
import type { Fence, Outcome, StagePeer, SwitchStrategy } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { ScaledAgents } from '@outrider/shared/domain/scaling.js';
import type { Deadline } from './moment.js';

export interface AppState {
  readonly app: string;
  /** What runs, unless a switch or trial is under way; absent: nothing of the app. */
  readonly active?: ReleaseRef;
  /** What was active before it and was good. */
  readonly previous?: ReleaseRef;
  /** Orders on how many instances of `active` run here; absent: as its release says. */
  readonly scaled?: ScaledAgents;
  /** Those that were in force when `previous` was left. */
  readonly scaledBefore?: ScaledAgents;
  /** What the last rollback left: no release to go back to by itself, however good it once was. */
  readonly left?: ReleaseRef;
  /** The command with the highest fence. */
  readonly accepted?: Accepted;
  readonly staging?: Staging;
  readonly outcome?: Outcome;
  /** Releases that failed here and were never committed since; newest first, at most 16. */
  readonly failed: readonly ReleaseRef[];
  readonly work: Work;
}

export interface Accepted {
  readonly fence: Fence;
  readonly holder: string;
  readonly rollout: string;
  readonly by: string;
  /** RFC 3339. */
  readonly since: string;
  /** The command and its release; absent in what an older sidecar wrote. */
  readonly what?: string;
}

export interface Staging {
  readonly release: ReleaseRef;
  readonly rollout: string;
  readonly sources: readonly string[];
  /** Absent: none. */
  readonly peers?: readonly StagePeer[];
  readonly state: 'running' | 'done' | 'failed';
  readonly reason: string;
}

/** The rollout that is under way here. */
export interface Change {
  readonly rollout: string;
  readonly by: string;
  /** RFC 3339. */
  readonly since: string;
  /** As the coordinator sent it, JSON. */
  readonly record: string;
  /** How its agents are swapped; absent: agent by agent. */
  readonly strategy?: SwitchStrategy;
  /** Orders on instances that are in force once it runs; absent: none. */
  readonly scaled?: ScaledAgents;
}

export interface Idle {
  readonly phase: 'idle';
}

export interface Switching {
  readonly phase: 'switching';
  readonly candidate: ReleaseRef;
  readonly change: Change;
  readonly limitMs: number;
  readonly deadline: Deadline;
  /** T of the lease to come. */
  readonly confirmWithinMs: number;
  /** The trial to come outlasts its lease; absent: it does not. */
  readonly onLeaseEnd?: 'hold';
}

export interface Trial {
  readonly phase: 'trial';
  readonly candidate: ReleaseRef;
  readonly change: Change;
  readonly confirmWithinMs: number;
  readonly lease: Deadline;
  readonly onLeaseEnd?: 'hold';
  /** RFC 3339; its lease was over then, and by policy it stays until it is decided on. */
  readonly overdueSince?: string;
}

/** On the way to `active`, without trial and without end: `revert` from a candidate, `rollback` by command. */
export interface Reverting {
  readonly phase: 'reverting';
  readonly change: Change;
  readonly towards: 'revert' | 'rollback';
  /** False: `active` has not been seen well since it was made active, so it is no release to come back to. */
  readonly proven: boolean;
  /** What runs instead of `active` is killed, without the time that it would have to end. */
  readonly urgent?: true;
}

export type Work = Idle | Switching | Trial | Reverting;
export type Phase = Work['phase'];
export type StateOf<P extends Phase> = AppState & { readonly work: Extract<Work, { phase: P }> };

export const newApp = (app: string): AppState => ({ app, failed: [], work: { phase: 'idle' } });

/** What is tried: the release that a failure would be blamed on. */
export const candidateOf = ({ work }: AppState): ReleaseRef | undefined =>
  work.phase === 'switching' || work.phase === 'trial' ? work.candidate : undefined;

/** As a member of what the agents are told. */
export const strategyOf = ({ strategy }: Change): Pick<Change, 'strategy'> =>
  strategy === undefined ? {} : { strategy };

/** The release whose agents should run. */
export const wantedOf = (state: AppState): ReleaseRef | undefined => candidateOf(state) ?? state.active;

/** When the state changes by itself; undefined: never. */
export function deadlineOf({ work }: AppState): Deadline | undefined {
  if (work.phase === 'switching') return work.deadline;
  return work.phase === 'trial' && work.overdueSince === undefined ? work.lease : undefined;
}
