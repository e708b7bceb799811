/** What goes into the host's state machine and what comes out. Owns no rule. */
import type { EventType } from '@outrider/shared/domain/event.js';
import type { Culprit, Fence, StagePeer, SwitchStrategy } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { ScaledAgents } from '@outrider/shared/domain/scaling.js';
import type { AppState } from './app-state.js';
import type { Moment } from './moment.js';

/** Who says it, and its place in the order of commands. */
export interface Order {
  readonly fence: Fence;
  readonly holder: string;
  readonly rollout: string;
  readonly by: string;
}

export type HostEvent =
  | {
      readonly kind: 'stage';
      readonly order: Order;
      readonly release: ReleaseRef;
      readonly sources: readonly string[];
      readonly peers?: readonly StagePeer[];
      /** Why this host can't run it. */
      readonly problem?: string;
      readonly at: Moment;
    }
  | {
      readonly kind: 'switch';
      readonly order: Order;
      readonly release: ReleaseRef;
      /** 0: no trial. */
      readonly confirmWithinMs: number;
      /** Its trial outlasts its lease; absent: it does not. */
      readonly onLeaseEnd?: 'hold';
      /** Without a trial: what runs instead is killed at once. */
      readonly urgent?: true;
      readonly record: string;
      /** Absent: agent by agent. */
      readonly strategy?: SwitchStrategy;
      readonly staged: boolean;
      /** How long the switch may take. */
      readonly limitMs: number;
      /** Orders on instances that are in force once it runs; absent: none. */
      readonly scaled?: ScaledAgents;
      readonly at: Moment;
    }
  | {
      readonly kind: 'renew';
      readonly epoch: number;
      readonly holder: string;
      readonly rollout: string;
      readonly confirmWithinMs: number;
      readonly at: Moment;
    }
  | { readonly kind: 'commit'; readonly order: Order; readonly at: Moment }
  | {
      readonly kind: 'revert';
      readonly order: Order;
      readonly reason: string;
      /** What runs instead is killed at once. */
      readonly urgent?: true;
      readonly at: Moment;
    }
  /** By a person, or by the host itself: so many instances of an agent of the active release. */
  | {
      readonly kind: 'scale';
      readonly agent: string;
      readonly replicas: number;
      /** As many as its release says. */
      readonly declared: number;
      readonly by: string;
      readonly reason: string;
      readonly at: Moment;
    }
  | { readonly kind: 'staged'; readonly release: ReleaseRef }
  | { readonly kind: 'stageFailed'; readonly release: ReleaseRef; readonly reason: string }
  /** Of `release` (absent: of nothing): facts about another one are late and say nothing. */
  | { readonly kind: 'converged'; readonly release?: ReleaseRef; readonly at: Moment }
  | {
      readonly kind: 'failed';
      readonly release: ReleaseRef;
      readonly reason: string;
      readonly culprit?: Culprit;
      /** Something else than the release is at fault. */
      readonly blameless?: boolean;
    }
  | {
      readonly kind: 'tick';
      /** What the switch is waiting for, for people. */
      readonly waitingFor?: string;
      readonly culprit?: Culprit;
      /** Nothing new of the candidate is waited for. */
      readonly blameless?: boolean;
      /** Files are being compared, up to this moment: the time for the agents begins only now. */
      readonly proving?: boolean;
      readonly at: Moment;
    }
  /** The sidecar has started: what it should do is said anew. */
  | { readonly kind: 'booted'; readonly at: Moment };

export type HostEventKind = HostEvent['kind'];
export type EventOf<K extends HostEventKind> = Extract<HostEvent, { kind: K }>;

/** To be performed after the state is on disk. Each may be performed twice. */
export type HostEffect = RunEffect | FetchEffect | TellEffect | ScaledEffect;

/** From now on the agents of `release` should run (absent: none). */
export interface RunEffect {
  readonly kind: 'run';
  readonly release?: ReleaseRef;
  readonly mode: 'switch' | 'trial' | 'steady';
  /** Of the switch or trial; absent: agent by agent. */
  readonly strategy?: SwitchStrategy;
  /** Its files are compared with the manifest, and mended, before the first agent is touched. */
  readonly verify: boolean;
  /** Must be provably whole before the first agent is touched: it is what we would go back to. */
  readonly fallback?: ReleaseRef;
  /** What runs instead is killed at once. */
  readonly urgent?: true;
}

export interface FetchEffect {
  readonly kind: 'fetch';
  readonly release: ReleaseRef;
  /** Coordinators. */
  readonly sources: readonly string[];
  /** Hosts that stage it too, or have it; absent: none. */
  readonly peers?: readonly StagePeer[];
}

export interface TellEffect {
  readonly kind: 'tell';
  readonly type: Extract<EventType, `rollout.host.${string}`>;
  readonly rollout: string;
  readonly by?: string;
  readonly version?: string;
  readonly reason?: string;
  readonly culprit?: Culprit;
}

/** An agent has another number of instances from now on. */
export interface ScaledEffect {
  readonly kind: 'scaled';
  readonly agent: string;
  readonly from: number;
  readonly to: number;
  readonly version: string;
  readonly by: string;
  readonly reason: string;
}

export type Reply = { readonly accepted: true } | { readonly accepted: false; readonly reason: string };

export interface Decision {
  /** The very object that came in, where nothing changed. */
  readonly state: AppState;
  readonly effects: readonly HostEffect[];
  readonly reply: Reply;
}

export const ACCEPTED: Reply = { accepted: true };
export const stay = (state: AppState): Decision => ({ state, effects: [], reply: ACCEPTED });
export const refuse = (state: AppState, reason: string): Decision => ({
  state,
  effects: [],
  reply: { accepted: false, reason },
});
export const become = (state: AppState, ...effects: readonly HostEffect[]): Decision => ({
  state,
  effects,
  reply: ACCEPTED,
});
