/** What comes over `/ws?feed=fleet`, as far as the page reads it. Types only. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { GateState } from '@outrider/shared/domain/gate.js';
import type { InstanceState } from '@outrider/shared/domain/host.js';
import type { Rollout as Record } from '@outrider/shared/domain/rollout.js';

export type { OutriderEvent };

export interface GateSample {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly outcome: string;
  readonly reason: string;
  readonly value?: number;
  readonly limit?: number;
}

export type Gate = Omit<GateState, 'spec'> & { readonly spec: Pick<GateState['spec'], 'count' | 'failureLimit'> };

export type Rollout = Omit<Record, 'gates' | 'hooks'> & {
  readonly gates?: readonly Gate[];
  readonly explained: string;
  /** By gate, oldest first. */
  readonly gate_samples: { readonly [gate: string]: readonly GateSample[] };
};
export type RolloutHost = Rollout['hosts'][number];

export interface Status {
  readonly environment: string;
  readonly state: string;
  readonly progress: number;
  readonly agents_healthy: number;
  readonly agents_total: number;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly leader: string;
  readonly redis: 'up' | 'down';
  readonly waits_for: string | null;
  readonly apps: readonly { readonly app: string; readonly version: string | null }[];
}

export interface Host {
  readonly name: string;
  readonly address: string;
  readonly state: 'up' | 'suspect' | 'down';
  readonly apps: readonly {
    readonly app: string;
    readonly version: string | null;
    readonly previous: string | null;
    readonly phase: string;
    readonly drifted: { readonly expected: string | null } | null;
  }[];
  readonly hold: { readonly by: string; readonly reason: string } | null;
  readonly cut_off: boolean;
  readonly flapping: boolean;
  readonly problems: readonly string[];
  readonly system: {
    readonly cpu_percent: number;
    readonly memory_percent: number;
    readonly disk_percent: number;
  } | null;
}

export interface Agent {
  readonly host: string;
  readonly app: string;
  readonly agent: string;
  readonly instance: number;
  readonly incarnation: string;
  readonly version: string;
  readonly state: InstanceState;
  readonly ready: boolean;
  readonly pid: number;
  readonly restarts: number;
  readonly since: string;
  readonly reason: string;
  readonly critical: boolean;
  readonly overdue: boolean;
  readonly kept: boolean;
  /** 0 to 1. */
  readonly health: number;
  /** Bytes. */
  readonly memory: number | null;
  /** Percent of one processor. */
  readonly cpu: number | null;
}

export interface State {
  readonly status: Status;
  readonly hosts: readonly Host[];
  readonly agents: readonly Agent[];
  readonly rollout: Rollout | null;
  /** Under way beside `rollout`: of other apps. */
  readonly others: readonly Rollout[];
}

export type Message =
  | ({
      readonly type: 'snapshot';
      readonly cursor: string;
      readonly events: readonly OutriderEvent[];
      readonly missed: boolean;
    } & State)
  | { readonly type: 'event'; readonly cursor: string; readonly event: OutriderEvent }
  | ({ readonly type: 'state' } & Partial<State>);

export interface LogLine {
  readonly type: 'line';
  readonly host: string;
  readonly agent: string;
  readonly instance: number;
  readonly line: string;
}
export type LogMessage = LogLine | { readonly type: 'error'; readonly error: string };
