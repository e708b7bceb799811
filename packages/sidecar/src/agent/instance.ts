/**
 * What one slot of an instance is, has lived through, and can be told. Data only. Every `at` and deadline is in
 * milliseconds of one clock that the driver reads; it survives a restart of the sidecar, not one of the machine.
 */
import type { NodeSignal, RestartPolicy } from '@outrider/shared/domain/agent.js';
import type { EventType } from '@outrider/shared/domain/event.js';
import type { Cause } from './cause.js';
import type { ExitStatus } from './identity.js';

/** Outlives incarnations; one for each slot that was filled. */
export interface History {
  /** Starts again that nobody asked for. */
  readonly restarts: number;
  /** Exits that nobody asked for, and times it lost its readiness. Never reset. */
  readonly faults: number;
  readonly everReady: boolean;
  readonly exitsBeforeReady: number;
  /** Exits since it was last well. */
  readonly exitsInRow: number;
  readonly exitsByCause: Readonly<Record<string, number>>;
}

export const NO_HISTORY: History = {
  restarts: 0,
  faults: 0,
  everReady: false,
  exitsBeforeReady: 0,
  exitsInRow: 0,
  exitsByCause: {},
};

/** What follows once nothing is left of an incarnation. */
export type Sequel =
  /** It was asked to go. */
  | { readonly kind: 'rest' }
  /** It was asked to start anew. */
  | { readonly kind: 'start' }
  | { readonly kind: 'again'; readonly delayMs: number; readonly cause: Cause }
  /** Its work is done. */
  | { readonly kind: 'end'; readonly cause: Cause }
  | { readonly kind: 'fail'; readonly retry: boolean; readonly cause: Cause };

interface Common {
  /** Of the process that runs, or of the last one; '' before the first. */
  readonly incarnation: string;
  readonly history: History;
  /** When it came into this state. */
  readonly since: number;
  /** For people; '' where there is nothing to say. */
  readonly reason: string;
}

export interface Starting extends Common {
  readonly state: 'starting';
  /** False while its start is still being waited for. */
  readonly process: boolean;
  /** Nobody asked for it: counts as a restart once there is a process. */
  readonly again?: true;
  /** By its own word it is ready, which it says only once; other checks may still be waited for. */
  readonly saidReady?: boolean;
  /** Once the process runs: ready by then, or (without a check to wait for) taken for ready then. */
  readonly deadline?: number;
}
export interface Ready extends Common {
  readonly state: 'ready';
}
export interface Unhealthy extends Common {
  readonly state: 'unhealthy';
  /** It said that it stops: it has to be gone by then. */
  readonly deadline?: number;
}
/** Was asked to end, and has time for it. */
export interface Draining extends Common {
  readonly state: 'draining';
  readonly deadline: number;
  readonly sequel: Sequel;
  /** The stop signal was sent. */
  readonly signalled?: true;
}
/** What is left of it is being killed. */
export interface Stopping extends Common {
  readonly state: 'stopping';
  readonly sequel: Sequel;
}
export interface Exited extends Common {
  readonly state: 'exited';
  /** `asked`: by a person or for a change; `done`: by itself, with code 0. */
  readonly why: 'asked' | 'done';
}
export interface Backoff extends Common {
  readonly state: 'backoff';
  readonly deadline: number;
}
export interface Failed extends Common {
  readonly state: 'failed';
  /** When it is tried again, if ever. */
  readonly deadline?: number;
}
export type Instance = Starting | Ready | Unhealthy | Draining | Stopping | Exited | Backoff | Failed;
export type StateOf<S extends Instance['state']> = Extract<Instance, { readonly state: S }>;

/** What of the agent's settings the lifecycle goes by. */
export interface Rules {
  readonly restart: RestartPolicy;
  readonly stopSignal: NodeSignal;
  readonly stopGraceMs: number;
  /** How long a start may take; undefined where no check has to hold before it is ready. */
  readonly startPeriodMs?: number;
  /** It belongs to a switch that is not committed: a start that fails is a failure. */
  readonly strict: boolean;
}

interface Occurrence {
  readonly at: number;
  /** 0 to 1. */
  readonly random: number;
  /** The id of the next incarnation, should this event begin one. */
  readonly next: string;
}
interface OfIncarnation extends Occurrence {
  readonly incarnation: string;
}

export type InstanceEvent =
  | (Occurrence & { readonly kind: 'startAsked'; readonly reason: string })
  | (Occurrence & { readonly kind: 'stopAsked'; readonly sequel: 'rest' | 'start'; readonly reason: string })
  | (OfIncarnation & { readonly kind: 'spawned' })
  | (OfIncarnation & { readonly kind: 'spawnFailed'; readonly detail: string })
  | (OfIncarnation & { readonly kind: 'becameReady' })
  | (OfIncarnation & { readonly kind: 'becameUnready'; readonly detail: string })
  | (OfIncarnation & { readonly kind: 'becameDead'; readonly detail: string; readonly cause: 'probe' | 'watchdog' })
  /** The agent itself said that it is ready, or about to end. */
  | (OfIncarnation & { readonly kind: 'said'; readonly word: 'ready' | 'stopping' })
  | (OfIncarnation & { readonly kind: 'exited'; readonly status: ExitStatus })
  /** The instance's deadline; `lateMs`: how long after it the sidecar noticed, `detail`: what its checks last said. */
  | (OfIncarnation & { readonly kind: 'deadline'; readonly lateMs: number; readonly detail: string })
  /** Nothing of it is left but `stuck`: pids that the kernel would not let die. */
  | (OfIncarnation & { readonly kind: 'treeGone'; readonly stuck: readonly number[] })
  /** The agent asked for so much time from now. */
  | (OfIncarnation & { readonly kind: 'extended'; readonly ms: number })
  /** A new sidecar has found its process running. */
  | (OfIncarnation & { readonly kind: 'adopted' });
export type InstanceEventKind = InstanceEvent['kind'];
export type EventOf<K extends InstanceEventKind> = Extract<InstanceEvent, { readonly kind: K }>;

export type Effect =
  | { readonly kind: 'spawn' }
  /** SIGCONT: it was asked already. */
  | { readonly kind: 'signal'; readonly signal: NodeSignal | 'SIGCONT' }
  | { readonly kind: 'killTree' }
  | { readonly kind: 'startProbes' }
  | { readonly kind: 'stopProbes' }
  /** Nothing of the incarnation is left: what was opened for it can be closed. */
  | { readonly kind: 'release' }
  | { readonly kind: 'report'; readonly event: EventType; readonly reason: string; readonly cause?: Cause };

export interface Decision {
  readonly instance: Instance;
  readonly effects: readonly Effect[];
}

/** A slot that was just filled; nothing runs yet. */
export const newInstance = (at: number): Instance => ({
  state: 'exited',
  why: 'asked',
  incarnation: '',
  history: NO_HISTORY,
  since: at,
  reason: '',
});

export const deadlineOf = (instance: Instance): number | undefined =>
  'deadline' in instance ? instance.deadline : undefined;
