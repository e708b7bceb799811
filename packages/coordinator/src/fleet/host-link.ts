/**
 * The live connection to one host: follows its status, and says whether it is up, suspect or down, and whether it
 * comes and goes. Another witness of its life refutes that it is down: then it is cut off from us alone.
 * Decides nothing about what a lost host means.
 */
import { type DampingRule, DAMPING, isFlapping, lostOnce, STEADY, steadyAt } from '@outrider/shared/domain/flapping.js';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { connectSidecar, type SidecarRemote } from '@outrider/shared/rpc/client.js';
import { readHostStatus } from '@outrider/shared/rpc/codec.js';
import type { HostRecord } from '@outrider/shared/runtime/fleet-keys.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { FleetHost, HostLiveness } from '../engine/ports.js';

export interface LinkTimes {
  /** From suspect to down. */
  readonly suspectMs: number;
  /** A host that is silent for so long is asked whether it is there. */
  readonly checkMs: number;
  readonly answerMs: number;
  readonly reconnectMs: number;
  readonly reconnectMaxMs: number;
  readonly damping: DampingRule;
}

export const LINK_TIMES: LinkTimes = {
  suspectMs: 5_000,
  checkMs: 3_000,
  answerMs: 2_000,
  reconnectMs: 50,
  reconnectMaxMs: 1_000,
  damping: DAMPING,
};

export interface LinkOptions {
  /** Whose hosts we command; a host of another one is none of ours. */
  readonly environment: string;
  readonly token: string | undefined;
  readonly clock: Clock;
  readonly times: LinkTimes;
  readonly changed: (host: FleetHost) => void;
  /** The one copy that is kept of a text which many hosts say. */
  readonly shared: (text: string) => string;
  /** Somebody else has heard of it since (monotonic): its sidecar tells Redis that it is there. */
  readonly heardElsewhere: (since: number) => boolean;
  /** Told once that another one answers in the host's place, as a sentence. */
  readonly notice: (sentence: string) => void;
}

export class HostLink {
  readonly remote: SidecarRemote;
  private state: HostLiveness = 'suspect';
  private status: HostStatus | undefined;
  private backoffMs: number;
  private stream = new AbortController();
  private cancelDown: () => void;
  private cancelCheck: () => void = nothing;
  private cancelReconnect: () => void = nothing;
  private cancelCalm: () => void = nothing;
  private cutOff = false;
  /** Monotonic. */
  private lostAt: number;
  private flapping = STEADY;
  private beforeLoss = STEADY;
  private closed = false;
  private mistaken: string | undefined;
  /** Counts what was heard, so that an answer can be told from what came after its question. */
  private words = 0;
  /** Until something changes. */
  private seen: FleetHost | undefined;
  private readonly clock: Clock;
  private readonly times: LinkTimes;

  constructor(
    readonly record: HostRecord,
    private readonly options: LinkOptions,
    lastKnown?: HostStatus,
  ) {
    const { token, clock, times } = options;
    this.clock = clock;
    this.times = times;
    this.remote = connectSidecar({ endpoint: record.endpoint, token });
    this.status = lastKnown;
    this.backoffMs = times.reconnectMs;
    this.lostAt = clock.monotonic();
    this.cancelDown = clock.after(times.suspectMs, () => this.giveUp());
    void this.follow();
  }

  view(): FleetHost {
    const { record, state, status, mistaken, cutOff } = this;
    this.seen ??= {
      ...record,
      state,
      ...(status === undefined ? {} : { status }),
      ...(mistaken === undefined ? {} : { mistaken }),
      ...(cutOff ? { cutOff } : {}),
      ...(this.isFlapping ? { flapping: true } : {}),
    };
    return this.seen;
  }

  /** Asks now; a host that does not answer has lost its connection. */
  async check(): Promise<void> {
    const { stream, words } = this;
    try {
      const status = readHostStatus(await this.remote.Status({}, { timeoutMs: this.times.answerMs }));
      // What the stream has said since may be newer, and the host is there for sure.
      if (this.words === words && !this.heard(status)) stream.abort();
    } catch {
      if (stream === this.stream) stream.abort();
    }
  }

  /** Somebody else hears of it again: it is not down. */
  refute(): void {
    if (this.closed || this.state !== 'down' || this.mistaken !== undefined) return;
    if (!this.options.heardElsewhere(this.lostAt)) return;
    this.state = 'suspect';
    this.giveUp();
  }

  close(): void {
    this.closed = true;
    this.stream.abort();
    this.cancelDown();
    this.cancelCheck();
    this.cancelReconnect();
    this.cancelCalm();
    this.remote.close();
  }

  private async follow(): Promise<void> {
    this.stream = new AbortController();
    try {
      for await (const wire of this.remote.WatchStatus({}, { signal: this.stream.signal })) {
        if (!this.heard(readHostStatus(wire))) break;
        this.backoffMs = this.times.reconnectMs;
      }
    } catch {
      // It is lost, for whatever reason; what to do about it is below.
    }
    this.lost();
  }

  /** False: it was another one, which is not listened to. */
  private heard(status: HostStatus): boolean {
    if (this.closed) return true;
    this.words += 1;
    const { host, environment } = status;
    if (host !== this.record.name || environment !== this.options.environment) {
      this.takenFor(`${host} of ${environment}`);
      return false;
    }
    this.mistaken = undefined;
    this.cutOff = false;
    this.explainLoss(status);
    this.status = this.withShared(status);
    this.cancelDown();
    this.cancelCheck();
    this.cancelCheck = this.clock.after(this.times.checkMs, () => void this.check());
    this.state = 'up';
    this.tell();
    return true;
  }

  /** Hosts on trial all say the record of their rollout, which is long. */
  private withShared(status: HostStatus): HostStatus {
    if (status.apps.every(({ rolloutRecord }) => rolloutRecord === undefined)) return status;
    const { shared } = this.options;
    const apps = status.apps.map((app) =>
      app.rolloutRecord === undefined ? app : { ...app, rolloutRecord: shared(app.rolloutRecord) },
    );
    return { ...status, apps };
  }

  private tell(): void {
    this.seen = undefined;
    this.options.changed(this.view());
  }

  /** Down at once, so that nobody gives it a command that is meant for another. */
  private takenFor(who: string): void {
    const { name, endpoint } = this.record;
    const sentence = `${endpoint} is ${who}, not ${name} of ${this.options.environment}`;
    const isNews = this.mistaken !== sentence;
    this.mistaken = sentence;
    this.cutOff = false;
    this.cancelDown();
    this.cancelCheck();
    if (isNews) this.options.notice(sentence);
    if (this.state === 'down' && isNews) this.tell();
    this.turn('down');
  }

  private lost(): void {
    if (this.closed) return;
    this.cancelCheck();
    if (this.state === 'up') {
      this.countLoss();
      this.turn('suspect');
      this.cancelDown = this.clock.after(this.times.suspectMs, () => this.giveUp());
    }
    this.cancelReconnect = this.clock.after(this.backoffMs, () => void this.follow());
    this.backoffMs = Math.min(this.backoffMs * 2, this.times.reconnectMaxMs);
  }

  /** Down; or, as long as somebody else hears of it, suspect and cut off from us. */
  private giveUp(): void {
    if (this.closed) return;
    if (!this.options.heardElsewhere(this.lostAt)) {
      this.cutOff = false;
      this.turn('down');
      return;
    }
    const isNews = !this.cutOff;
    this.cutOff = true;
    this.cancelDown = this.clock.after(this.times.suspectMs, () => this.giveUp());
    if (isNews) this.tell();
  }

  private get isFlapping(): boolean {
    return isFlapping(this.flapping, this.clock.monotonic(), this.times.damping);
  }

  private countLoss(): void {
    const { damping } = this.times;
    this.lostAt = this.clock.monotonic();
    this.beforeLoss = this.flapping;
    this.flapping = lostOnce(this.flapping, this.lostAt, damping);
    this.tellWhenSteady();
  }

  /** A sidecar that was started anew explains the loss: the host and the way to it are steady. */
  private explainLoss({ sidecar }: HostStatus): void {
    const before = this.status?.sidecar;
    if (this.state === 'up' || before === undefined) return;
    if (before.pid === sidecar.pid && before.startedAt === sidecar.startedAt) return;
    this.flapping = this.beforeLoss;
    this.tellWhenSteady();
  }

  private tellWhenSteady(): void {
    this.cancelCalm();
    if (!this.isFlapping) return;
    const leftMs = steadyAt(this.flapping, this.times.damping) - this.clock.monotonic();
    this.cancelCalm = this.clock.after(Math.ceil(leftMs) + 1, () => this.tell());
  }

  private turn(state: HostLiveness): void {
    if (this.closed || this.state === state) return;
    this.state = state;
    this.tell();
  }
}

function nothing(): void {
  // Nothing to cancel yet.
}
