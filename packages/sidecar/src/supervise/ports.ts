/** What the drivers of this folder need from the outside. Adapters implement these; main puts them together. */
import type { HostAgent, NodeSignal, Resources, SocketSpec } from '@outrider/shared/domain/agent.js';
import type { EventType, OutriderEvent } from '@outrider/shared/domain/event.js';
import type { HostSpec, ReleaseRef } from '@outrider/shared/domain/release.js';
import type { Mode } from '../agent/convergence.js';
import type { ExitStatus, HeldSocket, ProcessIdentity } from '../agent/identity.js';
import type { TargetHow } from './target-how.js';

export interface SpawnRequest {
  readonly incarnation: string;
  /** Program and arguments, everything filled in. The program is looked up in `env.PATH`. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment; LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES are added for `sockets`, WATCHDOG_PID to WATCHDOG_USEC. */
  readonly env: Readonly<Record<string, string>>;
  /** Standard output and error go there, in append mode, without a pipe. */
  readonly logFile: string;
  /** Passed on from fd 3 in this order. */
  readonly sockets: readonly HeldSocket[];
  readonly confinement?: Confinement;
}

/** Limits and rights of a process; a member that is absent is not limited. */
export interface Confinement extends Resources {
  /** To become; absent: the sidecar's own user. */
  readonly user?: Credentials;
  /** To be given up by the child; false where the sidecar has given them up for all. */
  readonly noNewPrivileges: boolean;
}

export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  /** It is known by name, so its further groups can be had. */
  readonly hasGroups: boolean;
  readonly name?: string;
  readonly home?: string;
  readonly shell?: string;
}

/** Implemented by process/. */
export interface Limits {
  /** Why this machine can't apply what the agent asks for, as a sentence; undefined: it can. */
  problemOf(agent: HostAgent): string | undefined;
  /** Throws `OutriderError('invalid')` where its user is no more. */
  confinementOf(agent: HostAgent): Confinement;
}

/** Implemented by store/. */
export interface Secrets {
  /** Why the agent can't have what it declares, as a sentence; undefined: it can. */
  problemOf(agent: HostAgent): string | undefined;
  /** Files (0400) in a folder (0700) of the owner's, and the values; undefined where there are no names. */
  provide(
    incarnation: string,
    names: readonly string[],
    owner: Credentials | undefined,
  ): { readonly folder: string; readonly variables: Readonly<Record<string, string>> } | undefined;
  remove(incarnation: string): void;
  /** Removes what incarnations that are none of these have left. */
  sweep(incarnations: ReadonlySet<string>): void;
}

export interface RunningProcess {
  readonly identity: ProcessIdentity;
  /** Resolves once, when it has ended (a zombie has ended). Never rejects. */
  readonly ended: Promise<ExitStatus>;
}

/** An agent that runs, by what it was started with. */
export interface Stray {
  readonly identity: ProcessIdentity;
  readonly app: string;
  readonly agent: string;
  readonly index: number;
  readonly incarnation: string;
  readonly version: string;
}

/** Implemented by process/. */
export interface Processes {
  /**
   * Starts a program in a session of its own, with `OUTRIDER_INCARNATION` of it in its environment: by that it is
   * found again should this process die before it has recorded the identity. Throws `OutriderError` with a sentence
   * where it can't.
   */
  spawn(request: SpawnRequest): RunningProcess;
  /**
   * The first process of an incarnation that an earlier sidecar started without having recorded it: by its mark, else
   * by the log that it writes to. `sinceMs`: when its start was recorded, in milliseconds since the boot.
   */
  find(incarnation: string, logFile: string, sinceMs: number): ProcessIdentity | undefined;
  /** Agents that run here, by their environment; `bus`: what OUTRIDER_BUS of this sidecar's own begins with. */
  strays(bus: string): readonly Stray[];
  /** How a process has ended that nobody watched; `unknown` where the kernel does not tell. */
  endOf(identity: ProcessIdentity): ExitStatus;
  /** Takes over a process that an earlier sidecar started; undefined where it is no more (or the pid is another's). */
  adopt(identity: ProcessIdentity): RunningProcess | undefined;
  /**
   * To the process alone, and only if it is still the same; false: it is gone. `incarnation`: it is asked to end, so
   * what is below it is remembered for `killTree`.
   */
  signal(identity: ProcessIdentity, signal: NodeSignal | 'SIGCONT', incarnation?: string): boolean;
  /**
   * SIGKILL to everything that is left of an incarnation: its control group, else its session, what is below it, and
   * every process that carries OUTRIDER_INCARNATION of it in its initial environment; again until nothing is left. Idempotent, never
   * rejects. Resolves with the pids that would not die within 5 s (stuck in the kernel): none, as a rule. Where
   * nothing is left, and that can be told at once, it is: with no promise in between.
   */
  killTree(identity: ProcessIdentity, incarnation: string): Promise<readonly number[]> | readonly [];
  /**
   * Takes the processor from everything of an incarnation, if it has no accepted connection open. Resolves with
   * undefined once all of it stands still; else why not, in a few words, and all of it runs. Never rejects.
   */
  freeze(identity: ProcessIdentity, incarnation: string): Promise<string | undefined>;
  /** All of it runs again. Idempotent. */
  thaw(identity: ProcessIdentity, incarnation: string): void;
  /**
   * Whether the process that has accepted the connection `from` -> `to` (both `IP:PORT`) belongs to this
   * incarnation's tree; undefined while nobody has accepted it. False too where it is closed already.
   */
  ownsConnection(
    identity: ProcessIdentity,
    incarnation: string,
    from: string,
    to: string,
  ): Promise<boolean | undefined>;
  /**
   * Whether a process belongs to this incarnation's tree. One that is gone already can't be looked up and does not,
   * but for the incarnation's own first process.
   */
  owns(identity: ProcessIdentity, incarnation: string, pid: number): boolean;
}

/** Implemented by process/. Sockets belong to an app: they stay open for as long as some agent of it declares them. */
export interface Sockets {
  /**
   * Opens what is not open yet; what another agent of the app has left or is leaving passes on as it is. Throws
   * `OutriderError('refused')` where an address is taken. `owner`: whose the file of a unix socket is to be; absent:
   * the sidecar's own user's.
   */
  hold(app: string, agent: string, sockets: readonly SocketSpec[], owner?: Credentials): readonly HeldSocket[];
  /** Closes what this app holds except for what its agents still declare (`[]`: everything). */
  release(app: string, declared: readonly SocketSpec[]): void;
  /**
   * After a restart of the sidecar: takes back what an earlier one held, from systemd or from the instance that was
   * started with them. Left out of the answer is what neither has (the instance is gone or has closed them, or the
   * kernel forbids it).
   */
  recover(
    app: string,
    agent: string,
    sockets: readonly SocketSpec[],
    identity: ProcessIdentity | undefined,
  ): readonly HeldSocket[];
  /** In a few words, what of these could not be recovered and what that means; undefined: nothing. */
  gap(sockets: readonly SocketSpec[]): string | undefined;
}

/**
 * Implemented by process/: reads what agents wrote to their log files. Offsets count every byte that was ever written;
 * they stay true when the head of a log goes into an archive.
 */
export interface LogReader {
  /** Offset of its end; 0 where there is no file. */
  size(path: string): number;
  /** The last lines from an offset on, oldest first; none where there is no file. Reads at most 1 MiB. */
  last(path: string, lines: number, from?: number): readonly string[];
  /** What is asked for, oldest first, with a line of ours where something is left out. Reads at most 4 MiB. */
  look(path: string, ask: LogLook): readonly string[];
  /**
   * What is asked for, then each new line, over all that happens to the file, until `signal` is aborted; at most 1,000
   * lines or 1 MiB a second, with a line of ours where something is left out.
   */
  follow(path: string, ask: LogLook, signal: AbortSignal): AsyncIterable<string>;
}

export interface LogLook {
  /** At most so many to begin with: the last ones. */
  readonly lines: number;
  /** Nothing that was written before, as far as that is known. Milliseconds since the epoch. */
  readonly since?: number;
}

export type { NotifyMessage, NotifySockets, ProbeResult, ProbeTarget, Probes } from './health-ports.js';

/** Implemented by bridge/: one ipc endpoint for each incarnation. */
export interface BusEndpoints {
  /** Binds the endpoint of an incarnation (again after a restart of the sidecar) and returns its URL for OUTRIDER_BUS. */
  open(
    agent: {
      readonly app: string;
      readonly agent: string;
      readonly instance: number;
      readonly incarnation: string;
    },
    /** Who else may write to it; absent: the sidecar's own user alone. */
    owner?: Credentials,
  ): string;
  close(incarnation: string): void;
  /** What the URL of each begins with. */
  readonly prefix: string;
}

/** Small records that must be whole but need not outlive a reboot; implemented by store/ over run_dir. */
export interface RecordStore {
  /** Every record, with the key it was written under; unreadable ones are kept aside and reported, never guessed at. */
  load(): readonly { readonly key: string; readonly record: unknown }[];
  write(key: string, record: unknown): void;
  remove(key: string): void;
}

/** What must outlive a reboot; implemented by store/ over data_dir, fsynced before it returns. */
export interface DurableStore {
  load(): unknown;
  write(state: unknown): void;
}

export type {
  CleanedReleases,
  NeededReleases,
  ReleaseCleaner,
  ReleaseDocuments,
  Releases,
  StageStep,
} from './release-ports.js';

/** Where events go; implemented by main over link/ and bridge/. */
export interface EventSink {
  emit(type: EventType, fields: Omit<Partial<OutriderEvent>, 'id' | 'at' | 'type' | 'environment' | 'host'>): void;
}

/** What the host driver asks of the supervisor of agents. */
export interface AgentSupervisor {
  /**
   * From now on the agents of `app` should be those of `target` (undefined: none). Idempotent; replaces
   * an earlier target at once: `convergence` speaks of the new one when this returns. An app that was given no
   * target yet is left as it is. `trial` makes the supervisor judge strictly and report a culprit.
   */
  setTarget(app: string, target: Target | undefined, mode: TargetMode, how?: TargetHow): void;
  /**
   * Until the next target the app is left as it is: nothing new is started, nothing that runs is stopped. What
   * runs is looked after as before.
   */
  hold(app: string): void;
  convergence(app: string): Convergence;
  /** Tells of each change of convergence or of an instance. Returns a function that ends it. */
  onChange(listener: () => void): () => void;
}

export interface Target {
  readonly release: ReleaseRef;
  readonly spec: HostSpec;
  readonly tree: string;
  /** By digest: the trees of other releases that agents of the spec are kept from; absent: none is. */
  readonly keptTrees?: ReadonlyMap<string, string>;
}

export type TargetMode = Mode;

export type Convergence =
  | { readonly state: 'converged' }
  | { readonly state: 'converging'; readonly waitingFor: string; readonly culprit?: LocalCulprit }
  /** Only in `switch` and `trial`; in `steady` a culprit is reported while converging. */
  | { readonly state: 'failed'; readonly culprit: LocalCulprit };

export interface LocalCulprit {
  readonly agent: string;
  readonly instance?: number;
  readonly cause: string;
  readonly log: readonly string[];
}
