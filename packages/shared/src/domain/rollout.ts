import type { GateState } from './gate.js';
import type { HookRun, HookSpec } from './hook.js';
import type { Culprit } from './host.js';
import type { HostFacts, PreflightReport } from './preflight.js';
import type { SecretChange, SettingChange } from './settings-diff.js';
import type { ReleaseRef } from './release.js';

export type RolloutPhase =
  | 'staging'
  | 'switching'
  | 'baking'
  | 'committing'
  | 'rolling_back'
  | 'succeeded'
  | 'rolled_back'
  | 'aborted'
  | 'stuck';

export const ENDED_PHASES = ['succeeded', 'rolled_back', 'aborted', 'stuck'] as const satisfies readonly RolloutPhase[];
export type EndPhase = (typeof ENDED_PHASES)[number];
export const hasEnded = (phase: RolloutPhase): boolean => (ENDED_PHASES as readonly string[]).includes(phase);

/** Where one host stands in a rollout. `failed` and `unreachable` are ends only of a stuck rollout. */
export type RolloutHostState =
  | 'pending'
  | 'staging'
  | 'staged'
  | 'switching'
  | 'trial'
  | 'committing'
  | 'committed'
  | 'reverting'
  | 'reverted'
  | 'failed'
  | 'unreachable';

/** How a release comes onto the hosts; what each means is told in docs/rollouts.md. */
export const ROLLOUT_STRATEGIES = ['rolling', 'canary', 'blue-green', 'all-at-once'] as const;
export type RolloutStrategy = (typeof ROLLOUT_STRATEGIES)[number];

/** How the hosts come back to a release that was good. */
export const ROLLBACK_STRATEGIES = ['immediate', 'graceful', 'selective', 'progressive', 'emergency'] as const;
export type RollbackStrategy = (typeof ROLLBACK_STRATEGIES)[number];

/** What a failure means: all that was touched goes back, the hosts of the failing wave alone, or a person decides. */
export const ON_FAILURE = ['rollback', 'rollback-host', 'hold'] as const;
export type OnFailure = (typeof ON_FAILURE)[number];

/** What people say to a rollout that is under way. */
export const CONTROL_ACTIONS = ['pause', 'resume', 'promote', 'abort'] as const;
export type ControlAction = (typeof CONTROL_ACTIONS)[number];

export type RolloutCommandKind = 'stage' | 'switch' | 'commit' | 'revert';

/** One of the apps of a rollout. */
export interface RolloutApp {
  readonly app: string;
  readonly version: string;
  readonly digest: string;
  /** The version most hosts came from; absent on its first release. */
  readonly fromVersion?: string;
}

export interface RolloutHost {
  /** Its name; where the rollout is of several apps, a key for host and app that `rollout-place.ts` alone reads. */
  readonly host: string;
  /** Absent: the only app of the rollout. */
  readonly app?: string;
  /** From 1. */
  readonly wave: number;
  readonly state: RolloutHostState;
  /** What ran before the rollout; absent: nothing of the app did. */
  readonly from?: ReleaseRef;
  readonly to: ReleaseRef;
  /** Whether a command that changes what runs was ever sent: such a host counts as touched. */
  readonly touched: boolean;
  /** Step of the last command to this host; 0: none was given yet. */
  readonly step: number;
  /** What that command was. */
  readonly command?: RolloutCommandKind;
  /** On trial: whether its last report was a healthy one. */
  readonly well?: boolean;
  /** The rollout has failed elsewhere, and this host keeps the new release all the same (`rollback-host`). */
  readonly stays?: boolean;
  /** In a rollback: hosts that agents leave for this one, so that they go first. Absent: none. */
  readonly after?: readonly string[];
  /** Lost in a rollback, which goes on without it since a person has said so. */
  readonly excused?: boolean;
  /** Where `from` is absent: a release without agents, to go to if it must be taken back once it is committed. */
  readonly empty?: ReleaseRef;
  readonly culprit?: Culprit;
  readonly reason?: string;
  /** It comes and goes: no wave begins on it. Absent: it is steady. */
  readonly unsteady?: true;
  /** When each state was entered last; absent in what an older coordinator has written. */
  readonly times?: { readonly [S in RolloutHostState]?: number };
}

/** What a host does when the lease of its trial is over and no leader has spoken. */
export const ON_LEASE_END = ['revert', 'hold'] as const;
export type OnLeaseEnd = (typeof ON_LEASE_END)[number];

/** Shorter leases end between two renewals on a busy machine. */
export const LEAST_CONFIRM_MS = 1_000;

/** Those that may be absent are so in what an older coordinator has written. */
export interface RolloutOptions {
  /** Absent: rolling; of a rollback: graceful. */
  readonly strategy?: RolloutStrategy | RollbackStrategy;
  /** With the bake of this wave the canary is over; 0 or absent: none. */
  readonly canaryWave?: number;
  /** After the canary a person has to say that it goes on. */
  readonly awaitPromotion?: boolean;
  /** Absent: rollback. */
  readonly onFailure?: OnFailure;
  readonly bakeMs: number;
  /** T of the trial's lease. */
  readonly confirmWithinMs: number;
  readonly commit: 'together' | 'each';
  readonly skipDown: boolean;
  readonly message?: string;
  /** As the environment's policy was when it began; absent: revert. */
  readonly onLeaseEnd?: OnLeaseEnd;
  /** The gates of agents.yaml are not asked. */
  readonly noMonitoring?: true;
  /** Only these agents come to the release; absent: all do. */
  readonly agents?: readonly string[];
}

/**
 * The whole of a rollout: what the state machine decides on, what Redis stores, what hosts carry.
 * `kind: rollback` goes without trial to a release that was good.
 */
export interface Rollout {
  /** `r` and the sequence number. */
  readonly id: string;
  readonly seq: number;
  readonly kind: 'rollout' | 'rollback';
  /** Of several: `a,b`. */
  readonly app: string;
  /** Where there are several, by name; absent: `app` is the only one. */
  readonly apps?: readonly RolloutApp[];
  readonly environment: string;
  readonly version: string;
  /** Of several apps: that of the first. */
  readonly digest: string;
  /** The version most hosts came from, for people; absent on a first release. */
  readonly fromVersion?: string;
  readonly phase: RolloutPhase;
  /** While set, no new host is switched; leases are still renewed. */
  readonly paused: boolean;
  /** Paused by itself: the canary is well, and somebody has to promote it. */
  readonly awaiting?: 'promotion';
  /** Paused by itself: what has failed, as a sentence; somebody has to resume or abort it. */
  readonly holding?: string;
  /** Who said that the canary is good enough. */
  readonly promotedBy?: string;
  /** What the end of `rolling_back` is called. */
  readonly abortedBy?: string;
  /** In the order in which they are switched. */
  readonly hosts: readonly RolloutHost[];
  /** Hosts that were left out since they were down (`skipDown`); absent: none. */
  readonly skipped?: readonly string[];
  readonly options: RolloutOptions;
  readonly by: string;
  /** Epoch milliseconds, as are the times below. */
  readonly startedAt: number;
  /** When the present wave's bake is over; set in `baking`. */
  readonly bakeUntil?: number;
  /** What was left of the bake when it was paused. */
  readonly bakeLeftMs?: number;
  /** The time of the bake is over, and gates are still waited for; set in `baking`. */
  readonly bakeDone?: true;
  /** As they were planned, and where they are in the present bake; absent: none. */
  readonly gates?: readonly GateState[];
  /** Counts the times that the gates were begun anew: a verdict of an earlier one counts for nothing. */
  readonly gateRound?: number;
  /** As they were planned; absent: none. */
  readonly hooks?: readonly HookSpec[];
  /** Of those that were due, oldest first. */
  readonly hookRuns?: readonly HookRun[];
  /** All is decided, and the hooks after the rollout are waited for: how it ends then. */
  readonly ending?: { readonly phase: EndPhase; readonly reason?: string };
  /** Why it is paused, as a sentence, where no person has paused it. */
  readonly pausedFor?: string;
  /** The person who has paused it; beside `awaiting` or `pausedFor` it waits for a person twice. */
  readonly pausedBy?: string;
  /** The next wave waits for hosts that come and go; set in `switching`, while no host is switched. */
  readonly awaitsSteady?: true;
  /** Aborted in an emergency: what runs instead is killed at once on the way back. */
  readonly urgent?: true;
  /** When the present phase gives up waiting for hosts. */
  readonly deadline?: number;
  readonly endedAt?: number;
  /** Counts the commands given; the `step` of their fences. */
  readonly steps: number;
  /** Chosen by who asked for it, so that asking twice starts nothing twice. */
  readonly requestId?: string;
  /** The first failure, in the words of the host that had it. */
  readonly culprit?: Culprit;
  readonly reason?: string;
}

/** Exit code of `rollout`, `rollout watch` and `rollout status` for a rollout that has ended, or is on hold. */
export function exitCodeOf(rollout: Pick<Rollout, 'phase' | 'holding'>): number {
  if (rollout.holding !== undefined) return 22;
  switch (rollout.phase) {
    case 'succeeded':
      return 0;
    case 'rolled_back':
      return 20;
    case 'aborted':
      return 21;
    case 'stuck':
      return 22;
    case 'staging':
    case 'switching':
    case 'baking':
    case 'committing':
    case 'rolling_back':
      return 0;
  }
}

export type PlanAction = 'keep' | 'replace' | 'add' | 'remove';

export interface PlannedAction {
  readonly agent: string;
  readonly instance: number;
  readonly action: PlanAction;
  /** Level in dependency order, from 0; removals carry the level they had. */
  readonly order: number;
  readonly why: string;
  /** Afterwards it is of this version, other than the rest of the plan; absent: of that of the plan. */
  readonly version?: string;
}

/** What earlier rollouts of the app took on a host, in milliseconds; a member that is absent is unknown. */
export interface HostExpectation {
  readonly stagingMs?: number;
  readonly switchingMs?: number;
  /** So many rollouts it was taken from. */
  readonly rollouts: number;
}

/** Instances of an agent that are away while they are replaced; times are of each of them, in milliseconds. */
export interface CapacityGap {
  readonly agent: string;
  /** At once. */
  readonly instances: number;
  readonly replicas: number;
  readonly atMostMs: number;
  /** How long it took to be ready before; absent: unknown. */
  readonly startMs?: number;
  /** Why no new one can be proven beside the old one, in words that go on after "it"; absent: it is not asked for. */
  readonly why?: string;
}

export interface Plan {
  /** Digest over the rest: the same world gives the same plan. */
  readonly plan: string;
  /** Of several: `a,b`. */
  readonly app: string;
  readonly version: string;
  readonly strategy?: RolloutStrategy | RollbackStrategy;
  /** Only these agents come to the release; absent: all do. */
  readonly agents?: readonly string[];
  /** The canary are the hosts up to this wave; absent: there is none. */
  readonly canaryWave?: number;
  readonly hosts: readonly {
    readonly host: string;
    /** Absent: the only app of the plan. */
    readonly app?: string;
    readonly wave: number;
    readonly from?: string;
    /** Its version afterwards; absent: that of the plan. */
    readonly to?: string;
    readonly actions: readonly PlannedAction[];
    readonly expected?: HostExpectation;
    readonly gaps?: readonly CapacityGap[];
    readonly settings?: readonly SettingChange[];
    readonly secrets?: readonly SecretChange[];
    /** What the host has said; absent: it was not asked, or did not answer. */
    readonly facts?: HostFacts;
    readonly prepare?: PreflightReport['prepare'];
    readonly release?: ReleaseRef;
  }[];
  /** Milliseconds from the start to the last commit; absent: unknown. */
  readonly expectedMs?: number;
  /** Sentences that refuse nothing. */
  readonly notices?: readonly string[];
  /** Sentences; a rollout with problems is refused. */
  readonly problems: readonly string[];
  /** Some of the problems are in what was asked for; else they are in how the fleet is now. */
  readonly invalid?: boolean;
  /** Names of the gates that each bake asks; absent: none. */
  readonly gates?: readonly string[];
  /** What is run before and after its steps, a line each; absent: nothing. */
  readonly hooks?: readonly string[];
}
