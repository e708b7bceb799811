import type { ReleaseRef } from './release.js';
import type { Scaled } from './scaling.js';

/** Where one app stands on one host. `staging` and `staged` are reported only while nothing else is under way. */
export type HostPhase = 'idle' | 'staging' | 'staged' | 'switching' | 'trial' | 'committed' | 'reverting' | 'held';

/**
 * Orders commands to a host. Compared by epoch, then rollout, then step; a host refuses what is lower
 * than the highest it has accepted, and answers an equal one with what it did then.
 */
export interface Fence {
  readonly epoch: number;
  /** The rollout's sequence number: `r42` has 42. */
  readonly rollout: number;
  readonly step: number;
}

export function compareFences(a: Fence, b: Fence): number {
  return a.epoch - b.epoch || a.rollout - b.rollout || a.step - b.step;
}

/** Who caused a failure, for people. */
export interface Culprit {
  readonly host: string;
  /** Of its agent, in a rollout of several apps. */
  readonly app?: string;
  readonly agent: string;
  readonly instance?: number;
  /** A sentence: `exited with code 1 three times before it was ready`. */
  readonly cause: string;
  /** Last lines of its log, oldest first, at most 20. */
  readonly log: readonly string[];
}

export type InstanceState =
  'starting' | 'ready' | 'unhealthy' | 'draining' | 'stopping' | 'exited' | 'backoff' | 'failed';

/** One instance as the sidecar reports it. */
export interface InstanceStatus {
  readonly host: string;
  readonly app: string;
  readonly agent: string;
  /** From 0. */
  readonly instance: number;
  /** Unique for ever; '' where it was never started. */
  readonly incarnation: string;
  readonly version: string;
  readonly fingerprint: string;
  readonly state: InstanceState;
  readonly ready: boolean;
  /** 0 where no process runs. */
  readonly pid: number;
  readonly restarts: number;
  /** RFC 3339: since when it is in `state`. */
  readonly since: string;
  /** A sentence, or ''. */
  readonly reason: string;
  /** False where no critical healthcheck names it; such an agent never makes its host unhealthy. */
  readonly critical: boolean;
  /** It should run, is not ready, and its start_period is over. */
  readonly overdue: boolean;
  /** 0 to 1: the share of its healthchecks that hold. */
  readonly healthScore: number;
  /** Of the release before, beside what is on trial: out of use until the commit, and no failure of anybody's. */
  readonly kept?: true;
  /** Resident memory of its processes when that was last looked at; absent: not known. */
  readonly memoryBytes?: number;
  /** Of one processor, by its processes over the last look; absent: not known. */
  readonly cpuPercent?: number;
}

/** A person has taken a host out of the leaders' hands: nothing is switched, committed or renewed until it is resumed. */
export interface Hold {
  readonly by: string;
  /** RFC 3339. */
  readonly since: string;
  /** Why, in the person's words; '' where none were given. */
  readonly reason: string;
}

/** `held since S by B (R)`, for a sentence. */
export const heldWords = ({ by, since, reason }: Hold): string =>
  `held since ${since} by ${by}${reason === '' ? '' : ` (${reason})`}`;

/** How the last thing that a host was told about an app has ended. */
export interface Outcome {
  readonly rollout: string;
  readonly result: 'committed' | 'reverted';
  readonly reason: string;
  readonly culprit?: Culprit;
}

/** A host that others may ask for the contents of a release. */
export interface StagePeer {
  readonly host: string;
  /** `HOST:PORT` of its sidecar's gRPC. */
  readonly endpoint: string;
  /** It has the release already; otherwise it stages it now. */
  readonly hasIt: boolean;
}

/** Bytes of contents, by where a staging has them from. */
export interface StagedBytes {
  readonly bytesFromCoordinators: number;
  readonly bytesFromPeers: number;
  /** Were here already, whole or as parts of older contents. */
  readonly bytesReused: number;
}

export interface StagingStatus extends Partial<StagedBytes> {
  readonly digest: string;
  readonly specDigest: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly reason: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  /** The step of `prepare:` that runs now; absent: none does. */
  readonly preparing?: Preparing;
}

export interface Preparing {
  readonly step: string;
  /** Its host ends it after this time. */
  readonly withinMs: number;
}

export interface AppStatus {
  readonly app: string;
  readonly phase: HostPhase;
  readonly active?: ReleaseRef;
  readonly previous?: ReleaseRef;
  readonly candidate?: ReleaseRef;
  /** The highest accepted. */
  readonly fence?: Fence;
  /** Id of the rollout whose command was accepted last. */
  readonly rollout?: string;
  /** The record of that rollout as the coordinator sent it (JSON), while a switch or trial is under way. */
  readonly rolloutRecord?: string;
  readonly staging?: StagingStatus;
  readonly outcome?: Outcome;
  /** Every agent of the release that should run is ready on this host. */
  readonly converged: boolean;
  /** What keeps it from it, while it is not. */
  readonly waitingFor: string;
  /** Set while a revert or rollback does not come to an end. */
  readonly stuckOn?: Culprit;
  readonly leaseRemainingMs?: number;
  /** That of the host, while it is held. */
  readonly hold?: Hold;
  /** The agents of `active` with their fingerprints, for the plan. */
  readonly agents: readonly AgentFingerprint[];
  /** How many of an agent would run of `previous`, where that is not what its release says; absent: as of an older sidecar. */
  readonly previousReplicas?: readonly { readonly name: string; readonly replicas: number }[];
}

/** An agent of a release, as far as a plan compares it. */
export interface AgentFingerprint {
  readonly name: string;
  readonly fingerprint: string;
  /** As many as should run here now. */
  readonly replicas: number;
  /** It is kept from this version, other than that of the release; absent: it is of that one. */
  readonly version?: string;
  /** Why `replicas` is not what the release says; absent: it is. */
  readonly scaled?: Omit<Scaled, 'replicas'> & { readonly declared: number };
}

export interface HostStatus {
  readonly host: string;
  readonly address: string;
  readonly environment: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly bootId: string;
  readonly sidecar: { readonly pid: number; readonly version: string; readonly startedAt: string };
  /** The highest epoch this host has bound, and to whom. */
  readonly epoch: number;
  readonly epochHolder: string;
  readonly apps: readonly AppStatus[];
  readonly instances: readonly InstanceStatus[];
  /** It can run agents of several releases of an app; absent: its sidecar is of a version that can't. */
  readonly mixesReleases?: true;
  /** Absent: it is not held. */
  readonly hold?: Hold;
  /** Sentences for a person who has to mend something on this host; absent: none. */
  readonly problems?: readonly string[];
  readonly system: SystemFigures;
}

/** Percentages from 0 to 100; zeros before the first look. */
export interface SystemFigures {
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly diskPercent: number;
  /** What programs can still have without swapping (MemAvailable); absent: not known, as of an older sidecar. */
  readonly memoryAvailableBytes?: number;
  readonly memoryTotalBytes?: number;
}

/** How a host swaps its agents. '': one after another, each as it declares. */
export type SwitchStrategy = '' | 'blue-green';
