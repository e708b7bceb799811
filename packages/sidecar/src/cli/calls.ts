/** What the verbs ask of a sidecar, however it is reached. */
import type { HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';

export interface AgentOrder {
  /** '': of every app. */
  readonly app: string;
  /** Empty: all, which was said. */
  readonly agents: readonly string[];
  readonly action: 'start' | 'stop' | 'restart' | 'scale';
  /** Of `scale`, for one agent. */
  readonly replicas?: number;
  readonly by: string;
}

export interface LogLine {
  readonly host: string;
  readonly agent: string;
  readonly instance: number;
  readonly line: string;
}

export interface LogsQuestion {
  /** Empty: every one. */
  readonly agents: readonly string[];
  readonly follow: boolean;
  /** To begin with, of each instance. */
  readonly lines: number;
  /** Milliseconds since the epoch; 0: of any time. */
  readonly since: number;
}

export interface Limit {
  /** Undefined: as long as it takes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SidecarCalls {
  /** Where it is asked, for people. */
  readonly place: string;
  status(limit: Limit): Promise<HostStatus>;
  /** At once, then after each change. */
  watch(limit: Limit): AsyncIterable<HostStatus>;
  /** Resolves when all of it is done. */
  control(order: AgentOrder, limit: Limit): Promise<readonly InstanceStatus[]>;
  revert(order: { readonly app: string; readonly by: string; readonly reason: string }, limit: Limit): Promise<void>;
  /** Resolves when the host is held; what goes back then is in its status. */
  emergency(order: { readonly by: string; readonly reason: string }, limit: Limit): Promise<HostStatus>;
  resume(by: string, limit: Limit): Promise<HostStatus>;
  logs(question: LogsQuestion, limit: Limit): AsyncIterable<LogLine>;
  close(): void;
}
