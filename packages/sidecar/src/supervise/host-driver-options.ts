/** What the host driver is put together from. */
import type { HostStatus, StagedBytes } from '@outrider/shared/domain/host.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { Reserved } from '../host/reservations.js';
import type { Claimed } from '../host/socket-claims.js';
import type { AgentControl } from '../link/ports.js';
import type { AgentSupervisor, DurableStore, EventSink, Limits, Releases } from './ports.js';

export interface HostDriverOptions {
  readonly host: string;
  readonly address: string;
  readonly environment: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly sidecar: HostStatus['sidecar'];
  /** Of this boot: /proc/sys/kernel/random/boot_id. */
  readonly bootId: string;
  readonly clock: Clock;
  readonly store: DurableStore;
  readonly releases: Releases;
  readonly supervisor: AgentSupervisor;
  readonly agents: Pick<AgentControl, 'instances'>;
  readonly events: EventSink;
  /** The latest figures; must not wait. */
  readonly system: () => HostStatus['system'];
  /** Resident memory of what this process leads, as it was last looked at; must not wait. Absent: nobody looks. */
  readonly memoryOf?: (pid: number) => number | undefined;
  /** Percent of one processor that it uses now. */
  readonly cpuOf?: (pid: number) => number | undefined;
  /** What the machine has for `reservations`; absent: nobody counts. */
  readonly machine?: () => Reserved;
  /** Each says why an agent can't be given what it asks for here. */
  readonly refusals: readonly Pick<Limits, 'problemOf'>[];
  /** Addresses that Outrider itself listens on here. */
  readonly reserved: readonly Claimed[];
  /** IP addresses of this machine. */
  readonly localAddresses: () => readonly string[];
  /** Sentences about what a person has to mend here, as it is now. */
  readonly problems?: () => readonly string[];
  /** Told what more has come of a release. */
  readonly onStaged?: (bytes: StagedBytes) => void;
  /** Told of what went wrong and is tried again; for the log. */
  readonly onProblem: (error: unknown) => void;
}
