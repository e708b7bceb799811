/** All that the supervisor of agents needs from the outside, as one plain object that main puts together. */
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { HostFacts } from '../agent/environment.js';
import type { Slot } from '../agent/view.js';
import type { SupervisionMetrics } from '../link/ports.js';
import type {
  BusEndpoints,
  EventSink,
  Limits,
  NotifySockets,
  Probes,
  Processes,
  RecordStore,
  Secrets,
  Sockets,
} from './ports.js';

export interface SupervisorParts {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly limits: Limits;
  readonly secrets: Secrets;
  readonly sockets: Sockets;
  readonly probes: Probes;
  readonly bus: BusEndpoints;
  readonly notify: NotifySockets;
  readonly records: RecordStore;
  readonly events: EventSink;
  readonly metrics: SupervisionMetrics;
  readonly host: HostFacts;
  readonly bootId: string;
  /** The sidecar's own environment, of which a few variables pass to agents (see agent/environment.ts). */
  readonly ownEnvironment: Readonly<Record<string, string | undefined>>;
  /** 0 to 1. */
  readonly random: () => number;
  /** An id that was never given before and never will be; letters and digits, short enough for a path. */
  readonly newId: () => string;
  readonly logs: InstanceLogs;
  /** Instances that may be on their way to ready at once, in their first seconds. */
  readonly maxStarting: number;
  /** Told, in a sentence, of trouble that nobody else is told of. */
  readonly warn: (sentence: string) => void;
}

/** Where instances write to. A candidate has a file of its own while the one that it replaces still writes. */
export interface InstanceLogs {
  /** Absolute path. */
  readonly path: (app: string, agent: string, instance: number, slot: Slot) => string;
  /** How many bytes were ever written to it; 0 where there is no file. */
  readonly size: (path: string) => number;
  /** The last lines of what was written from there on, `from` bytes after its beginning, oldest first. */
  readonly last: (path: string, lines: number, from: number) => readonly string[];
  /** The candidate's file becomes that of the active one; what was there is kept beside it. Never throws; the same again is nothing. */
  readonly promote: (app: string, agent: string, instance: number) => void;
}
