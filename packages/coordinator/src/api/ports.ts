/** What the faces of the coordinator (gRPC, HTTP) ask of its inside. Implemented by engine/ and store/. */
import type { ErrorFilter, GroupedErrors } from '@outrider/shared/domain/agent-error.js';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { HealthResult } from '@outrider/shared/domain/health-result.js';
import type { Release, ReleaseSource, ReleaseView } from '@outrider/shared/domain/release.js';
import type { VerifyResult } from '@outrider/shared/domain/release-check.js';
import type { ReleaseSignature } from '@outrider/shared/domain/release-signature.js';
import type {
  ControlAction,
  OnFailure,
  Plan,
  RollbackStrategy,
  Rollout,
  RolloutStrategy,
} from '@outrider/shared/domain/rollout.js';
import type { OutgoingPiece, Piece } from '@outrider/shared/release/transfer/piece.js';
import type { BlobsAsk, Caller } from '@outrider/shared/release/transfer/serving.js';
import type { Told } from '@outrider/shared/runtime/told-on-the-way.js';
import type { RolloutTrace } from '../engine/ports.js';
import type { DeliveryRecord } from '../rollout/delivery/record.js';

export interface RolloutAsk {
  /** One, several as `a,b` by name, or empty: the only app there is. */
  readonly app: string;
  readonly version: string;
  readonly hosts: readonly string[];
  /** Only these come to the release, the others stay as they are; absent or empty: all do. */
  readonly agents?: readonly string[];
  readonly bakeMs: number;
  readonly confirmWithinMs: number;
  readonly commit: 'together' | 'each';
  readonly strategy: RolloutStrategy;
  /** The first so many hosts; 0: none. Absent: as the strategy has it. */
  readonly canary?: number;
  /** 0: no limit. Absent: as the strategy has it. */
  readonly maxParallel?: number;
  readonly autoPromote: boolean;
  readonly onFailure: OnFailure;
  /** Only hosts that have all of these. */
  readonly labels: Readonly<Record<string, string>>;
  /** A label whose values order the hosts; empty: their names do. */
  readonly orderBy: string;
  /** A rollout of the app that is under way is aborted first; `unavailable` until it has ended. */
  readonly supersede: boolean;
  readonly skipDown: boolean;
  readonly message?: string;
  /** The gates of agents.yaml are not asked. */
  readonly noMonitoring?: boolean;
  readonly by: string;
  readonly expectPlan?: string;
  /** Chosen by the caller: the same id again gives the same rollout again. */
  readonly requestId: string;
}

export interface RollbackAsk {
  /** As in `RolloutAsk`. */
  readonly app: string;
  /** Empty: each host's previous release. */
  readonly to: string;
  readonly hosts: readonly string[];
  /** Only these go back, the others stay as they are; absent or empty: all do. */
  readonly agents?: readonly string[];
  readonly strategy: RollbackStrategy;
  /** Where `to` is empty: hosts that run the last good release stay. Absent or false: each goes to its previous one. */
  readonly toLastGood?: boolean;
  /** Between two hosts of a progressive one. */
  readonly bakeMs: number;
  readonly by: string;
  readonly requestId: string;
  readonly message?: string;
}

/** Refusals are `OutriderError('refused' | 'invalid' | 'not_found')` with a sentence. */
export interface Rollouts {
  plan(ask: RolloutAsk): Promise<Plan>;
  /** `rollout` undefined: everything is as asked already. Plans with problems are refused. */
  start(ask: RolloutAsk): Promise<{ readonly plan: Plan; readonly rollout?: Rollout }>;
  /** What `rollback` would do. Without targets everything is as asked already, and the notices say why. */
  planRollback(ask: RollbackAsk): Promise<Plan>;
  rollback(ask: RollbackAsk): Promise<{ readonly plan: Plan; readonly rollout?: Rollout }>;
  /** `urgent`, of an abort: what is taken back is given no grace. `answer`: what became of the wish, as a sentence. */
  control(
    id: string,
    app: string,
    action: ControlAction,
    by: string,
    urgent?: boolean,
  ): Promise<Rollout & { readonly answer: string }>;
  /** Empty id: the latest (of `app`, where that is not empty). */
  get(id: string, app: string): Promise<Rollout | undefined>;
  /** `before`: only those that began before this one, `r42`. */
  list(app: string, limit: number, before?: string): Promise<readonly Rollout[]>;
  /** Of those that ended then or later, in epoch milliseconds. */
  deliveries(from: number): Promise<readonly DeliveryRecord[]>;
  /** Why it came to where it is. */
  trace(id: string): Promise<RolloutTrace>;
  /** State -> sentence for people. */
  explain(rollout: Rollout): string;
  /** Holder of the lease, '' where nobody has it; and whether Redis answers. */
  leadership(): {
    readonly leader: string;
    /** `HOST:PORT` of the leader's gRPC, where it has said so. */
    readonly endpoint?: string;
    readonly isLeader: boolean;
    readonly redis: 'up' | 'down';
  };
}

/** The fleet's history. Implemented by store/ over the Redis stream. */
export interface EventLog {
  append(events: readonly OutriderEvent[]): Promise<void>;
  /** The last `count`, oldest first; only those of `rollout` where it is given. */
  last(count: number, rollout?: string): Promise<readonly OutriderEvent[]>;
  /**
   * The first `count` that came after the event with this id, oldest first. Rejects with `OutriderError('not_found')`
   * where there is no such event, or not any more.
   */
  after(id: string, count: number, rollout?: string): Promise<readonly OutriderEvent[]>;
  /** The last `count`, then each as it comes, none lost and none twice, until `signal`. */
  follow(count: number, rollout: string | undefined, signal: AbortSignal): AsyncIterable<OutriderEvent>;
}

/** Told the past page by page, oldest first: what to keep of what was kept so far and of this page. */
export type ChoosePast = (kept: readonly OutriderEvent[], page: readonly OutriderEvent[]) => readonly OutriderEvent[];

/** Errors of agents. Implemented by store/ over a Redis stream. */
export interface ErrorLog {
  /**
   * Of those that were kept since then (epoch milliseconds), as they were within the last second or so. Rejects with
   * `OutriderError('unavailable')` where too many ask.
   */
  grouped(filter: ErrorFilter, from: number): Promise<GroupedErrors>;
  /** Those of the past that are chosen, then each as it comes, none lost and none twice, until `signal`. */
  follow(from: number, choose: ChoosePast, signal: AbortSignal): AsyncIterable<OutriderEvent>;
}

/** How the checks of agents came and went. Implemented by store/ over Redis streams. */
export interface HealthLog {
  /** Of one agent, newest first; `host` '': of all. */
  last(app: string, agent: string, count: number, host: string): Promise<readonly HealthResult[]>;
  /** Apps of which something is kept of an agent of this name, sorted. */
  appsWith(agent: string): Promise<readonly string[]>;
}

/** Contents by sha256, on their way to others and from them. Implemented by release/. */
export interface Contents {
  /** Those that are not here. */
  missing(wanted: readonly string[]): Promise<string[]>;
  /** Stores all of a stream, durably; returns how many. */
  receive(pieces: AsyncIterable<Piece>): Promise<number>;
  /** Rejects with `OutriderError('not_found')` at what is not here. */
  send(ask: BlobsAsk, caller: Caller): AsyncIterable<OutgoingPiece>;
  /** Where contents are cut into chunks; those that are not here are left out. */
  chunks(wanted: readonly string[]): AsyncIterable<{ readonly sha256: string; readonly chunks: Buffer }>;
  /** What was sent so far, as it went over the wire. */
  sentBytes(): number;
}

/** What of a release has to come. */
export interface Offered {
  readonly missing: readonly string[];
  /** Of large ones, a content that is stored here and is likely to be much the same. */
  readonly bases: readonly { readonly sha256: string; readonly base: string }[];
}

/** Naming of releases. Implemented by release/. */
export interface Publishing {
  /** A release that is much like this one will be pushed in a moment. */
  expectPush(digest: string): Promise<void>;
  /** Keeps a manifest that is to be pushed; tells what of it is not stored yet. */
  offer(manifest: Uint8Array): Promise<Offered>;
  /** `isNew` false: this version has this content already. */
  push(ask: {
    readonly version: string;
    readonly manifest: Uint8Array;
    readonly by: string;
    readonly message?: string;
    readonly source?: ReleaseSource;
  }): Promise<{ readonly release: Release; readonly isNew: boolean }>;
  agentsText(digest: string): Promise<string>;
  /** `version` '': takes the tag away. Returns where it stood before ('': nowhere). */
  tag(app: string, name: string, version: string, by: string): Promise<string>;
}

/** Which releases there are no longer. Implemented by release/. */
export interface Keeping {
  /** With their tags, and where they are in use. */
  shown(releases: readonly Release[]): Promise<readonly ReleaseView[]>;
  /** `bytes`: of contents that no other release has. Rejects with `refused` where it is in use. */
  remove(app: string, version: string, by: string): Promise<{ readonly release: Release; readonly bytes: number }>;
  /** `app` '': every app. `keep` undefined: as the settings say. */
  prune(ask: {
    readonly app: string;
    readonly keep?: number;
    readonly dryRun: boolean;
    readonly by: string;
  }): Promise<{ readonly removed: readonly Release[]; readonly bytes: number; readonly keep: number }>;
}

/** Who has signed releases, and whether they are still what they were. Implemented by release/ and fleet/. */
export interface Verifying {
  /** `agents`: sha256 of the release's agents.yaml. @throws OutriderError where one is not a signature of it. */
  sign(release: Release, agents: string, signatures: readonly ReleaseSignature[]): Promise<void>;
  /** All that is stored here, read again; what is damaged comes from other coordinators. */
  here(
    release: Release,
    tell: (bytesDone: number, bytesTotal: number) => void,
    signal: AbortSignal,
  ): Promise<VerifyResult>;
  /** Rejects with `OutriderError('refused')` where the host does not have it. */
  onHost(host: string, release: Release, signal: AbortSignal): AsyncIterable<Told<VerifyResult>>;
}
