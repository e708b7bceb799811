/** What the outward faces of a sidecar (gRPC, HTTP, ZeroMQ, metrics) ask of its inside. */
import type { HealthLevel, Healthcheck } from '@outrider/shared/domain/agent.js';
import type { Diagnosis, QuestionAnswer } from '@outrider/shared/domain/diagnosis.js';
import type { HostSamples } from '@outrider/shared/domain/gate.js';
import type { HookAnswer, HookAsk } from '@outrider/shared/domain/hook.js';
import type { HealthResult, HealthStatus } from '@outrider/shared/domain/health-result.js';
import type { HealthTrend } from '@outrider/shared/domain/trend.js';
import type { AppStatus, Fence, HostStatus, InstanceStatus, StagePeer } from '@outrider/shared/domain/host.js';
import type { OnLeaseEnd } from '@outrider/shared/domain/rollout.js';
import type { PreflightReport } from '@outrider/shared/domain/preflight.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import type { VerifyResult } from '@outrider/shared/domain/release-check.js';
import type { ReleaseProof } from '@outrider/shared/domain/release-signature.js';
import type { OutgoingPiece } from '@outrider/shared/release/transfer/piece.js';
import type { BlobsAsk, Caller } from '@outrider/shared/release/transfer/serving.js';

export interface HostCommand {
  readonly app: string;
  readonly fence: Fence;
  readonly holder: string;
  readonly rollout: string;
  readonly by: string;
}

export interface SwitchHow {
  /** Of `SwitchStrategy`; absent: ''. */
  readonly strategy?: string;
  /** Absent: revert. */
  readonly onLeaseEnd?: OnLeaseEnd;
  /** Without a trial: what runs instead is killed at once. */
  readonly noGrace?: boolean;
}

/** So many instances of one agent on this host, from now on. */
export interface ScaleOrder {
  readonly app: string;
  readonly agent: string;
  readonly replicas: number;
  readonly by: string;
  /** '': none is given. */
  readonly reason: string;
}

/** Implemented by supervise/host-driver.ts. Refusals are `OutriderError('refused')` with a sentence. */
export interface HostControl {
  status(): HostStatus;
  onChange(listener: () => void): () => void;
  bindEpoch(epoch: number, holder: string): HostStatus;
  stage(
    command: HostCommand,
    source: {
      readonly release: ReleaseRef;
      readonly manifest: Uint8Array;
      readonly hostSpec: Uint8Array;
      readonly sources: readonly string[];
      /** Hosts that may be asked as well. */
      readonly peers?: readonly StagePeer[];
    },
  ): AppStatus;
  /** `confirmWithinMs` 0: no trial. */
  switchTo(
    command: HostCommand,
    release: ReleaseRef,
    confirmWithinMs: number,
    rolloutRecord: string,
    how?: SwitchHow,
  ): AppStatus;
  renew(renewal: {
    readonly app: string;
    readonly epoch: number;
    readonly holder: string;
    readonly rollout: string;
    readonly confirmWithinMs: number;
  }): AppStatus;
  commit(command: HostCommand): AppStatus;
  revert(command: HostCommand, reason: string, noGrace?: boolean): AppStatus;
  /** By a person on this host, without a leader: what is being switched to or on trial has failed. Nothing under way: nothing happens. */
  revertHere(app: string, by: string, reason: string): AppStatus;
  /** By a person, without a leader: every app goes back now, and the host is held. Held already: nothing changes. */
  emergency(by: string, reason: string): HostStatus;
  /** Ends the hold; without one nothing changes. */
  resume(by: string): HostStatus;
  /** Durable when it returns; the instances come and go after it. As many as there are already: nothing changes. */
  scale(order: ScaleOrder): AppStatus;
}

/** Whether this host could run a release; implemented by supervise/preflight.ts. */
export type Preflight = (documents: {
  readonly release: ReleaseRef;
  /** Canonical JSON, as they would come with `stage`. */
  readonly manifest: Uint8Array;
  readonly hostSpec: Uint8Array;
  /** Of `SwitchStrategy`. */
  readonly strategy: string;
}) => Promise<PreflightReport>;

/**
 * What leaders may have this host take and run. Implemented by release/trust/; refusals are `OutriderError('refused')`
 * with a sentence.
 */
export interface Trust {
  /** Why `admit` would refuse, as a sentence; undefined: it would not. Keeps nothing. */
  problemOf(documents: SignedDocuments, proof: ReleaseProof): string | undefined;
  /** Before a release is staged. Remembers durably what was accepted. */
  admit(documents: SignedDocuments, proof: ReleaseProof): void;
  /** Before a switch to what was staged; its own proof is here. */
  allow(app: string, release: ReleaseRef, proof: ReleaseProof): void;
  /** Why a hook is not run, as a sentence; undefined: it may run. */
  problemOfHook(ask: HookAsk, proof: ReleaseProof): string | undefined;
}

/** All of a release read again, with what says of it what it is; implemented by release/. */
export interface ReleaseChecks {
  /** What is damaged is mended. Rejects with `OutriderError('refused')` where this host does not have the release. */
  checkAll(
    ask: {
      readonly app: string;
      readonly release: ReleaseRef;
      /** Canonical JSON; empty: ours has to do. */
      readonly manifest: Uint8Array;
      readonly sources: readonly string[];
      /** Canonical JSON: of the release, what this host was given to run; mends what is damaged of that here. */
      readonly hostSpecs?: readonly Uint8Array[];
      /** Hosts that have it. */
      readonly peers?: readonly StagePeer[];
    },
    progress: (bytesDone: number, bytesTotal: number) => void,
    signal: AbortSignal,
  ): Promise<VerifyResult>;
}

/** Canonical JSON; their sha256 are `release.digest` and `release.specDigest`. */
export interface SignedDocuments {
  readonly release: ReleaseRef;
  readonly manifest: Uint8Array;
  readonly hostSpec: Uint8Array;
}

/** What was staged here; implemented by release/. */
export interface SpecSource {
  /** Canonical JSON. @throws OutriderError('not_found' | 'invalid') */
  knownManifest(app: string, digest: string): Uint8Array;
  /** Canonical JSON. @throws OutriderError('not_found' | 'invalid') */
  knownSpec(app: string, specDigest: string): Uint8Array;
}

/** Runs hooks of rollouts, each once; implemented by supervise/hooks/runner.ts. */
export interface Hooks {
  /** Answers when it has ended, or after this time that it still runs. Rejects with `OutriderError`. */
  ask(ask: HookAsk, waitMs: number): Promise<HookAnswer>;
}

/** What a person may ask of an agent. */
export const AGENT_ACTIONS = ['start', 'stop', 'restart'] as const;
export type AgentAction = (typeof AGENT_ACTIONS)[number];

/** Implemented by supervise/supervisor.ts. */
export interface AgentControl {
  /** `agents` empty: all of `app` (of every app where `app` is empty), in dependency order. Resolves when done. */
  control(
    app: string,
    agents: readonly string[],
    action: 'start' | 'stop' | 'restart',
    by: string,
  ): Promise<readonly InstanceStatus[]>;
  instances(): readonly InstanceStatus[];
  /** Path of an instance's log file; undefined where there is no such instance. */
  logFile(app: string, agent: string, instance: number): string | undefined;
  /** Any message of an agent is a sign of life; `busy` and `seq` only come with beats. */
  heard(
    incarnation: string,
    message: { readonly kind: 'beat' | 'other'; readonly seq?: number; readonly busy?: boolean },
  ): void;
  /** The agent asks for more time to start or stop. */
  extend(incarnation: string, ms: number): void;
}

/** Counters and histograms of the supervisor; implemented by http/ over prom-client, a silent one in tests. */
export interface SupervisionMetrics {
  /** `count`: more than one where an earlier sidecar counted them. */
  started(app: string, agent: string, count: number): void;
  exited(app: string, agent: string, cause: string, count: number): void;
  /** Seconds from a death to the next process running. */
  restarted(app: string, agent: string, seconds: number): void;
  probed(app: string, agent: string, seconds: number, failed: boolean, incarnation: string): void;
  /** How a check stands, each time anything was heard of its agent. `index`: of the check among those of the agent. */
  judged(place: InstancePlace, index: number, check: Healthcheck, judged: Judged): void;
}

export type InstancePlace = Pick<InstanceStatus, 'app' | 'agent' | 'instance'>;

export interface Judged {
  readonly status: HealthStatus;
  /** What it said last. */
  readonly reason: string;
  /** Of its last answer; absent: it is not asked, or was not yet. */
  readonly seconds?: number;
}

/** How well agents are beyond what their status says. Implemented by supervise/ and samples/. */
export interface HealthSource {
  /** What is on its way to a limit. */
  trends(): readonly HealthTrend[];
  /** Runs checks now. */
  testHealth(
    ask: { readonly app: string; readonly agent: string; readonly levels: readonly HealthLevel[] },
    signal: AbortSignal,
  ): Promise<readonly HealthResult[]>;
}

/** Contents for other hosts. Implemented by release/. */
export interface Contents {
  /** What is here, and what is on its way here once it has come; ends with what stays away. */
  send(ask: BlobsAsk, caller: Caller): AsyncIterable<OutgoingPiece>;
}

/** What agents did before the switch that is under way, and since. Implemented by samples/. */
export interface SampleSource {
  /** `metrics` empty: all. */
  samples(app: string, metrics: readonly string[]): HostSamples;
}

/** What only this host can see, for `coordinator doctor`. Implemented by compose/diagnose.ts. */
export interface SelfLook {
  /** Epoch milliseconds by the wall clock of this host. */
  now(): number;
  /** Says one test message at the bus for programs that are no agents. */
  diagnose(): Promise<Diagnosis>;
  /** `health_check` at these question ports (`HOST:PORT`), all at once, each with its own deadline. */
  ask(endpoints: readonly string[]): Promise<readonly QuestionAnswer[]>;
}
