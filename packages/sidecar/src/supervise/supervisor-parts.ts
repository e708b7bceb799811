/** All that the supervisor of agents needs from the outside, as one plain object that main puts together. */
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { HostFacts } from '../agent/environment.js';
import type { SupervisionMetrics } from '../link/ports.js';
import type { BusEndpoints, EventSink, Probes, Processes, RecordStore, Sockets } from './ports.js';

export interface SupervisorParts {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly sockets: Sockets;
  readonly probes: Probes;
  readonly bus: BusEndpoints;
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
  /** Absolute path of the log file of an instance. */
  readonly logFile: (app: string, agent: string, instance: number) => string;
  /** The last lines of a file, oldest first; none where there is no file. */
  readonly readLastLines: (path: string, lines: number) => readonly string[];
  /** Instances that may be on their way to ready at once, in their first seconds. */
  readonly maxStarting: number;
  /** Told, in a sentence, of trouble that nobody else is told of. */
  readonly warn: (sentence: string) => void;
}
