import type { GateSpec } from './gate.js';
import type { HookSpec } from './hook.js';
import type { PrepareSpec } from './prepare.js';
import type { ScalingSpec } from './scaling.js';

/**
 * What an agent is, after `agents.yaml` was read and checked: defaults filled in, durations in
 * milliseconds. `${OUTRIDER_...}` is still unresolved in every string; the host fills it in when it
 * starts the agent.
 */
export type ProbePurpose = 'startup' | 'readiness' | 'liveness';
export type HealthLevel = 'basic' | 'deep' | 'functional' | 'integration' | 'performance';

/** How a probe asks. The sidecar asks, but for `heartbeat` and `notify`: there the agent tells. */
export type ProbeMethod =
  | { readonly kind: 'zmq'; readonly connect: string; readonly send: string; readonly expect: string }
  | { readonly kind: 'http'; readonly url: string; readonly status: number }
  | { readonly kind: 'tcp'; readonly address: string }
  /** `service` '': the server as a whole. */
  | { readonly kind: 'grpc'; readonly address: string; readonly service: string }
  | { readonly kind: 'exec'; readonly command: readonly string[] }
  | { readonly kind: 'heartbeat'; readonly withinMs: number }
  /** `watchdogMs`: once ready, it has to say WATCHDOG=1 so often. */
  | { readonly kind: 'notify'; readonly watchdogMs?: number };

export interface Healthcheck {
  readonly method: ProbeMethod;
  readonly purposes: readonly ProbePurpose[];
  readonly level: HealthLevel;
  /** False: reported and scored, holds up nothing. */
  readonly critical: boolean;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** A good answer that took so long is a slow one: the check holds, degraded. */
  readonly slowMs?: number;
  /** Failures in a row until the verdict turns bad. */
  readonly retries: number;
  /** Not ready this long after its start: the start has failed. */
  readonly startPeriodMs: number;
}

export interface Dependency {
  readonly agent: string;
  /** `service_started`: its process runs. `service_healthy`: all its instances are ready. */
  readonly condition: 'service_started' | 'service_healthy';
  /** Whoever depends on it starts anew after it did; absent: it stays. */
  readonly restart?: true;
}

export type RestartPolicy =
  | { readonly kind: 'always' }
  | { readonly kind: 'no' }
  /** `max` absent: without end. */
  | { readonly kind: 'on-failure'; readonly max?: number };

export type UpdateOrder = 'start-first' | 'stop-first';

export interface SocketSpec {
  readonly name: string;
  /** `HOST:PORT`, `[V6]:PORT`, or of a unix socket an absolute path or an abstract `@name`. */
  readonly listen: string;
  /** Of the file of a unix socket; absent: 0660. */
  readonly mode?: number;
}

export interface AgentSpec {
  readonly name: string;
  readonly description?: string;
  /** At least one word; no shell runs. */
  readonly command: readonly string[];
  /** Names of hosts or selectors `key=value`; empty: every host. */
  readonly hosts: readonly string[];
  /** On each host; with `scaling`, what it begins with. */
  readonly replicas: number;
  /** Absent: `replicas` is the number, until a person scales it. */
  readonly scaling?: ScalingSpec;
  readonly environment: Readonly<Record<string, string>>;
  /** Relative to the root of the release. */
  readonly workingDir: string;
  readonly dependsOn: readonly Dependency[];
  /** Globs over the release; empty: all of its files. */
  readonly files: readonly string[];
  readonly healthchecks: readonly Healthcheck[];
  readonly restart: RestartPolicy;
  readonly stopSignal: NodeSignal;
  readonly stopGraceMs: number;
  readonly order: UpdateOrder;
  /** `stop-first` was asked for by name: two of it never run at once. No part of the fingerprint. */
  readonly exclusive?: true;
  /** Replicas replaced at once. */
  readonly parallelism: number;
  readonly sockets: readonly SocketSpec[];
  /** `NAME`, `UID`, `NAME:GROUP` or `UID:GID`; absent: the sidecar's own. */
  readonly user?: string;
  readonly resources?: Resources;
  /** Absent: it can't gain rights by executing a program. */
  readonly noNewPrivileges?: false;
  /** Names; absent: none. */
  readonly secrets?: readonly string[];
  /** Paths in the release that outlive it, folders with a slash at the end; absent: none. */
  readonly data?: readonly string[];
}

/** What an agent may use at most; a member that is absent is not limited. */
export interface Resources {
  readonly memoryBytes?: number;
  /** Of one core. */
  readonly cpus?: number;
  readonly pids?: number;
  readonly openFiles?: number;
  readonly reservations?: Reservations;
}

/** What an instance needs a host to have: counted before a release comes there, enforced by nothing. */
export interface Reservations {
  readonly memoryBytes?: number;
  /** Of one core. */
  readonly cpus?: number;
}

/** Signals that `stop_signal` may name. */
export const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGKILL'] as const;
export type NodeSignal = (typeof STOP_SIGNALS)[number];

/** `agents.yaml` as a whole. */
export interface AppSpec {
  readonly app: string;
  /** In the order of the file. */
  readonly agents: readonly AgentSpec[];
  /** Absent: none. */
  readonly gates?: readonly GateSpec[];
  /** In the order in which they run where several stand at one point; absent: none. */
  readonly hooks?: readonly HookSpec[];
  /** In the order in which they run; absent: none. */
  readonly prepare?: readonly PrepareSpec[];
}

/** An agent as one host is to run it. */
export interface HostAgent extends AgentSpec {
  /**
   * Digest over the effective settings (description, hosts, replicas, `scaling` and `exclusive` left out) and over path, mode
   * and content of the files it uses. Two agents with the same fingerprint need no restart between them.
   */
  readonly fingerprint: string;
  /** It is kept from another release than that of the host spec; absent: it is of that one. */
  readonly release?: AgentRelease;
}

/** The release that an agent is of: where its files are, and what it is told as its version. */
export interface AgentRelease {
  readonly version: string;
  /** Of the manifest. */
  readonly digest: string;
}
