/** What the drivers of this folder need in order to know how agents are: asking them, and hearing them. Part of ports.ts. */
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import type { ProcessIdentity } from '../agent/identity.js';
import type { Credentials } from './ports.js';

export interface ProbeTarget {
  readonly identity: ProcessIdentity;
  readonly incarnation: string;
  /** Addresses (`HOST:PORT`) that this instance shares with another one now: answers from there need proof. */
  readonly shared: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Whom it runs as, where that is not the sidecar's own user. */
  readonly user?: Credentials;
}

export interface ProbeResult {
  /** `error`: the prober itself could not ask. `unproven`: somebody answered, not provably this incarnation. */
  readonly status: 'ok' | 'failed' | 'error' | 'unproven';
  readonly seconds: number;
  readonly detail: string;
  /** By its own word; it counts as well all the same. */
  readonly degraded?: boolean;
  readonly busy?: boolean;
}

/** Implemented by probe/. Heartbeats and sd_notify are not asked for: they come in as messages. */
export interface Probes {
  /** Asks once, within `check.timeoutMs`; every string of the check is filled in already. Never rejects. */
  ask(check: Healthcheck, target: ProbeTarget, signal: AbortSignal): Promise<ProbeResult>;
}

/** What an agent says by sd_notify, and which process has, by the word of the kernel. Other lines are left out. */
export interface NotifyMessage {
  readonly pid: number;
  readonly ready: boolean;
  readonly stopping: boolean;
  readonly watchdog?: 'alive' | 'trigger';
  /** One line; '' takes back what was said before. */
  readonly status?: string;
  readonly extendMs?: number;
}

/** Implemented by process/: one unix datagram socket for each incarnation. */
export interface NotifySockets {
  /**
   * Binds the socket of an incarnation (again after a restart of the sidecar), for `owner` too, and returns its path
   * for NOTIFY_SOCKET. `hear` says whether the sender is proved to be of that incarnation. Throws an `OutriderError`.
   */
  open(incarnation: string, hear: (message: NotifyMessage) => boolean, owner?: Credentials): string;
  close(incarnation: string): void;
}
