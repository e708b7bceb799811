/** What the rollout engine needs from the outside. Adapters implement these; main puts them together. */
import type { AppSpec } from '@outrider/shared/domain/agent.js';
import type { GateVerdict, HostSamples } from '@outrider/shared/domain/gate.js';
import type { HookAnswer, HookAsk } from '@outrider/shared/domain/hook.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { AppStatus, Fence, HostStatus, SwitchStrategy } from '@outrider/shared/domain/host.js';
import type { PreflightReport } from '@outrider/shared/domain/preflight.js';
import type { Manifest, Release, ReleaseRef } from '@outrider/shared/domain/release.js';
import type { OnLeaseEnd, Plan, Rollout } from '@outrider/shared/domain/rollout.js';
import type { DeliveryRecord } from '../rollout/delivery/record.js';
import type { HookCall } from '../rollout/hook-ask.js';

/** Implemented by release/. */
export interface Releases {
  /** `version` may be `latest`, and a tag. Undefined: no such release. */
  find(app: string, version: string): Promise<Release | undefined>;
  /** Every release, oldest first. */
  list(app?: string): Promise<readonly Release[]>;
  manifest(digest: string): Promise<{ readonly manifest: Manifest; readonly bytes: Uint8Array }>;
  /** agents.yaml of a release, compiled; `${VAR}` of settings is still in it. */
  spec(digest: string): Promise<AppSpec>;
}

export type HostLiveness = 'up' | 'suspect' | 'down';

export interface FleetHost {
  readonly name: string;
  readonly address: string;
  /** `HOST:PORT` of its gRPC. */
  readonly endpoint: string;
  /** `HOST:PORT` of its metrics, where its sidecar has said so. */
  readonly metrics?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: HostLiveness;
  /** The last one heard. */
  readonly status?: HostStatus;
  /** Suspect for long: we do not reach it, though its sidecar tells Redis that it is there. */
  readonly cutOff?: true;
  /** It comes and goes: no wave begins on it. */
  readonly flapping?: true;
  /** Who answers at its endpoint instead of it, as a sentence: the host itself counts as down. */
  readonly mistaken?: string;
}

export interface HostCommand {
  readonly app: string;
  readonly fence: Fence;
  readonly holder: string;
  readonly rollout: string;
  readonly by: string;
}

/** Implemented by fleet/: the inventory and a live connection to each of its hosts. */
export interface Fleet {
  hosts(): readonly FleetHost[];
  host(name: string): FleetHost | undefined;
  /** Tells of each status that comes in and each change of a host's liveness. Returns a function that ends it. */
  onChange(listener: (host: FleetHost) => void): () => void;
  commands(host: string): HostCommands;
}

export interface SwitchHow {
  /** Absent: revert. */
  readonly onLeaseEnd?: OnLeaseEnd;
  /** On trial: the whole new set is proven beside the old one. */
  readonly strategy?: 'blue-green';
  /** Without a trial: what runs instead is killed at once. */
  readonly noGrace?: boolean;
}

/** Commands to one host. Failures are `OutriderError`s: `unavailable`, `timeout`, `refused` (fenced), `invalid`. */
export interface HostCommands {
  bindEpoch(epoch: number, holder: string): Promise<HostStatus>;
  stage(
    command: HostCommand,
    source: {
      readonly release: ReleaseRef;
      readonly manifest: Uint8Array;
      readonly hostSpec: Uint8Array;
      /** Names of all hosts that stage it now; absent: this one alone. */
      readonly together?: readonly string[];
    },
  ): Promise<AppStatus>;
  switchTo(
    command: HostCommand,
    release: ReleaseRef,
    confirmWithinMs: number,
    rolloutRecord: string,
    how?: SwitchHow,
  ): Promise<AppStatus>;
  renew(renewal: {
    readonly app: string;
    readonly epoch: number;
    readonly holder: string;
    readonly rollout: string;
    readonly confirmWithinMs: number;
  }): Promise<AppStatus>;
  commit(command: HostCommand): Promise<AppStatus>;
  /** `noGrace`: what runs instead is killed at once. */
  revert(command: HostCommand, reason: string, noGrace?: boolean): Promise<AppStatus>;
}

/** What is on trial when a gate is asked; what programs and webhooks are told. */
export interface GateOccasion {
  readonly gate: string;
  readonly rollout: string;
  readonly app: string;
  readonly version: string;
  readonly from?: string;
  readonly environment: string;
  /** Those on trial. */
  readonly hosts: readonly string[];
}

/** Where gates get their answers. Implemented by fleet/ and monitoring/. */
export interface GateSources {
  /** `metrics` empty: all. Rejects with the call's `OutriderError`. */
  samples(host: string, app: string, metrics: readonly string[], timeoutMs: number): Promise<HostSamples>;
  /** The value of each series. Rejects with `OutriderError`. */
  promql(query: string, signal: AbortSignal): Promise<readonly number[]>;
  exec(command: readonly string[], occasion: GateOccasion, signal: AbortSignal): Promise<GateVerdict>;
  webhook(url: string, occasion: GateOccasion, signal: AbortSignal): Promise<GateVerdict>;
}

export interface PreflightSource {
  readonly app: string;
  readonly release: ReleaseRef;
  readonly manifest: Uint8Array;
  readonly hostSpec: Uint8Array;
  /** Of the switch, as in `SwitchHow`. */
  readonly strategy: SwitchStrategy;
}

/**
 * Implemented by fleet/. Undefined: the sidecar of this host knows no such question. Rejects with an `OutriderError`
 * where there is no answer within `withinMs`.
 */
export type AskPreflight = (
  host: string,
  source: PreflightSource,
  withinMs: number,
) => Promise<PreflightReport | undefined>;

/**
 * Implemented by fleet/: a host spec that the host was given, as canonical JSON; undefined: there is none. Rejects with
 * an `OutriderError` where there is no answer within `withinMs`.
 */
export type AskSpec = (host: string, app: string, specDigest: string, withinMs: number) => Promise<string | undefined>;

/** Where hooks are done. Implemented by fleet/ and monitoring/. */
export interface HookPorts {
  /** By the host, once for each id; `running`: not ended within `waitMs`. Rejects with the call's `OutriderError`. */
  command(
    host: string,
    ask: HookAsk,
    leader: { readonly epoch: number; readonly holder: string },
    waitMs: number,
  ): Promise<HookAnswer>;
  /** By this coordinator, with its attempts: a leader that dies in between leaves it to the next. */
  webhook(rollout: Rollout, call: HookCall, over: AbortSignal): Promise<HookAnswer>;
}

/** One command to one host and app, kept until the host has acknowledged it. */
export interface Effect {
  /** `ROLLOUT/HOST/STEP`, of several apps `ROLLOUT/HOST/APP/STEP`: the idempotency key. */
  readonly key: string;
  readonly host: string;
  readonly app: string;
  readonly kind: 'stage' | 'switch' | 'commit' | 'revert';
  readonly fence: Fence;
  readonly release: ReleaseRef;
  /** 0: no trial. */
  readonly confirmWithinMs: number;
  readonly reason: string;
}

export interface Lease {
  readonly holder: string;
  readonly epoch: number;
  /** `HOST:PORT` under which other coordinators reach the holder's gRPC; absent: nobody has said. */
  readonly endpoint?: string;
}

/** Implemented by store/ over Redis and by a memory twin; one contract suite runs on both. */
export interface LeaseStore {
  /** Takes the lease if it is free, with an epoch above the last one and above `atLeast`. */
  acquire(holder: string, ttlMs: number, atLeast: number, endpoint?: string): Promise<Lease | undefined>;
  /** False: it is no longer ours. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>;
  release(lease: Lease): Promise<void>;
  current(): Promise<Lease | undefined>;
}

export type CommitResult = 'committed' | 'fenced' | 'conflict';

/** What something was decided on. */
export interface Cause {
  /** That of a `RolloutEvent`; else `begin`, `lost` (the store had forgotten some of it), `silent` (a new leader asks in vain). */
  readonly kind: string;
  readonly host?: string;
  readonly by?: string;
  readonly reason?: string;
  /** Of a verdict: which gate gave it, and what it said. */
  readonly gate?: { readonly name: string } & Pick<GateVerdict, 'outcome' | 'value' | 'limit' | 'host' | 'agent'>;
}

/** Why a rollout's state became another, kept beside it for whoever looks into it later. */
export interface DecisionRecord {
  /** RFC 3339. */
  readonly at: string;
  readonly epoch: number;
  /** Of the state that it led to. */
  readonly revision: number;
  /** In their order: what comes while another decision is written is decided together. */
  readonly events: readonly Cause[];
  readonly phase: { readonly from: string; readonly to: string };
  readonly commands: readonly { readonly host: string; readonly kind: string; readonly step: number }[];
  /** Types of the events that it made. */
  readonly told: readonly string[];
}

/** What is written with a rollout, in the same step. */
export interface Trace {
  readonly decision: DecisionRecord;
  /** Only with its first state. */
  readonly plan?: Plan;
}

export interface RolloutTrace {
  /** What it was begun by; absent where an older coordinator did. */
  readonly plan?: Plan;
  /** The last 500, oldest first. */
  readonly decisions: readonly DecisionRecord[];
}

export interface StoredRollout {
  readonly rollout: Rollout;
  readonly revision: number;
}

/** Implemented by store/ over Redis and by a memory twin; one contract suite runs on both. */
export interface RolloutStore {
  /**
   * All or nothing: the lease is still this one, the revision is still `expected` (0: it does not exist
   * yet, and no other rollout of any of its apps is under way); then state, events and effects are written. An
   * effect replaces the one that the outbox holds for the same host and app.
   */
  commit(
    lease: Lease,
    rollout: Rollout,
    expected: number,
    events: readonly OutriderEvent[],
    effects: readonly Effect[],
    trace?: Trace,
  ): Promise<CommitResult>;
  /** What was written with a rollout; kept as long as the rollout itself. */
  trace(id: string): Promise<RolloutTrace>;
  /** Takes an effect out of the outbox, if the lease is still this one and the effect still the one with this key. */
  acknowledge(lease: Lease, effect: Effect): Promise<void>;
  load(id: string): Promise<StoredRollout | undefined>;
  /** 0: there is no such rollout. */
  revision(id: string): Promise<number>;
  /**
   * Newest first; `app`: that are about it, among others or just about several, `a,b`; `before`: only those with a lower
   * sequence number.
   */
  list(app: string | undefined, limit: number, before?: number): Promise<readonly StoredRollout[]>;
  /** Of rollouts that ended then or later (epoch milliseconds), in that order; written with their last state. */
  deliveries(from: number): Promise<readonly DeliveryRecord[]>;
  underWay(): Promise<readonly StoredRollout[]>;
  outbox(): Promise<readonly Effect[]>;
  /** A sequence number above all earlier ones and above `atLeast`. */
  nextSequence(atLeast: number): Promise<number>;
}

/** Host specs by their digest, so that what was planned is what is sent, also after a restart. Implemented by store/. */
export interface SpecStore {
  /** Canonical JSON by its sha256. Kept for 30 days after the last save. */
  saveSpecs(specs: ReadonlyMap<string, string>): Promise<void>;
  loadSpec(specDigest: string): Promise<string | undefined>;
}
