/** What goes into the rollout's state machine and what comes out. Owns no rule: those are in the phase files. */
import type { EventType } from '@outrider/shared/domain/event.js';
import type { GateVerdict } from '@outrider/shared/domain/gate.js';
import type { HookAnswer } from '@outrider/shared/domain/hook.js';
import type { AppStatus } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Rollout, RolloutCommandKind } from '@outrider/shared/domain/rollout.js';

/** `at` is epoch milliseconds in all of them, `host` what stands in `RolloutHost.host`. */
export type RolloutEvent =
  /** What a host says of the app, whenever it says it; `gone`: it knows nothing of it. */
  | {
      readonly kind: 'report';
      readonly host: string;
      readonly status: AppStatus | 'gone';
      /** It comes and goes. */
      readonly unsteady?: true;
      readonly at: number;
    }
  | { readonly kind: 'tick'; readonly at: number }
  | { readonly kind: 'pause'; readonly by: string; readonly at: number }
  | { readonly kind: 'resume'; readonly by: string; readonly at: number }
  | { readonly kind: 'promote'; readonly by: string; readonly at: number }
  /** `urgent`: in an emergency all goes back at once, without grace; what goes back already, a rollback too, does so then. */
  | { readonly kind: 'abort'; readonly by: string; readonly urgent?: true; readonly at: number }
  /** The host refused the command with this step. */
  | {
      readonly kind: 'refused';
      readonly host: string;
      readonly step: number;
      readonly reason: string;
      readonly at: number;
    }
  /** What a gate has said; `round` is the rollout's `gateRound` when it was asked. */
  | {
      readonly kind: 'gate';
      readonly gate: string;
      readonly round: number;
      readonly verdict: GateVerdict;
      readonly at: number;
    }
  /** What became of a run of a hook. */
  | { readonly kind: 'hook'; readonly run: string; readonly answer: HookAnswer; readonly at: number }
  /** The host has not been heard of for so long. Told again and again while it lasts. */
  | { readonly kind: 'unreachable'; readonly host: string; readonly forMs: number; readonly at: number };

export type RolloutEventKind = RolloutEvent['kind'];
export type EventOf<K extends RolloutEventKind> = Extract<RolloutEvent, { kind: K }>;

/** One command to one host; its step is its place in the rollout's order of commands. */
export interface RolloutCommand {
  readonly host: string;
  readonly kind: RolloutCommandKind;
  readonly step: number;
  readonly release: ReleaseRef;
  /** 0: no trial. */
  readonly confirmWithinMs: number;
  readonly reason: string;
}

/** A line of history without what every line of this rollout has in common. */
export interface HistoryLine {
  readonly type: EventType;
  /** As in `RolloutHost.host`. */
  readonly host?: string;
  /** Of a gate, where there are several apps. */
  readonly app?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Decision {
  /** The very object that came in, where nothing changed. */
  readonly rollout: Rollout;
  /** At most one for each host. */
  readonly effects: readonly RolloutCommand[];
  readonly events: readonly HistoryLine[];
}

/** How long each wait may last, in milliseconds. The host's own deadlines are shorter; these end what they could not. */
export interface Limits {
  readonly stageMs: number;
  readonly switchMs: number;
  /** After the trial's lease, which guards the hosts meanwhile. */
  readonly commitMs: number;
  readonly revertMs: number;
  /** After its lease is over, a host that is silent still counts as lost. */
  readonly lostMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  stageMs: 600_000,
  switchMs: 1_800_000,
  commitMs: 30_000,
  revertMs: 300_000,
  lostMs: 15_000,
};
