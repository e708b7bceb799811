/**
 * Owns the one current /status document: rebuilt when the fleet or a rollout moves, told to listeners when it
 * has changed. While Redis is away it goes on with the rollout last known.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import { healthDocument, statusDocument } from './documents.js';
import type { Inside } from './inside.js';
import { currentRollout, othersUnderWay } from './read-model.js';

type Document = Readonly<Record<string, unknown>>;

/** Changes within this time come together. */
const TOGETHER_MS = 50;
/** What no change announces (a duration, Redis gone) is seen this late at most. */
const LOOK_AGAIN_MS = 1_000;
/** Of a fleet of very many hosts the document takes long: at most such a part of the time goes into it. */
const SHARE_OF_TIME = 0.1;

export class StatusFeed {
  private readonly listeners = new Set<(document: Document) => void>();
  private readonly ending = new AbortController();
  private readonly stopListening: () => void;
  private rollout: Rollout | undefined;
  private others: readonly Rollout[] = [];
  private current: Document = {};
  private content = '';
  private cancel: () => void = () => undefined;
  private due = false;
  /** How long the last look took. */
  private lookMs = 0;

  constructor(private readonly inside: Inside) {
    this.stopListening = inside.fleet.onChange(() => this.soon());
    this.rebuild();
  }

  /** Reads the rollouts, then follows what happens. Resolves after the first reading. */
  async start(): Promise<void> {
    await this.refresh();
    void this.followEvents();
  }

  async status(): Promise<Document> {
    await this.readRollout();
    this.rebuild();
    return this.current;
  }

  health(): Document {
    return { ...healthDocument(this.inside.fleet), last_update: rfc3339(this.inside.clock.now()) };
  }

  /** The last rollout that was read. */
  lastRollout(): Rollout | undefined {
    return this.rollout;
  }

  /** Those that were under way beside it, newest first. */
  otherRollouts(): readonly Rollout[] {
    return this.others;
  }

  /** Calls at once with the document as it is, and after each change. Returns a function that ends it. */
  subscribe(listener: (document: Document) => void): () => void {
    if (this.listeners.size === 0) {
      this.rebuild();
      this.schedule(0);
    }
    this.listeners.add(listener);
    listener(this.current);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.ending.abort();
    this.cancel();
    this.stopListening();
    this.listeners.clear();
  }

  private soon(): void {
    if (this.due || this.listeners.size === 0 || this.ending.signal.aborted) return;
    this.due = true;
    this.schedule(this.nextLookMs());
  }

  private schedule(ms: number): void {
    this.cancel();
    this.cancel = this.inside.clock.after(ms, () => void this.refresh());
  }

  private async refresh(): Promise<void> {
    this.due = false;
    await this.readRollout();
    if (this.listeners.size === 0 || this.ending.signal.aborted) return;
    const from = this.inside.clock.monotonic();
    this.rebuild();
    this.lookMs = this.inside.clock.monotonic() - from;
    this.schedule(this.nextLookMs());
  }

  /** Soon where something was told while we read. */
  private nextLookMs(): number {
    return Math.max(this.due ? TOGETHER_MS : LOOK_AGAIN_MS, this.lookMs / SHARE_OF_TIME);
  }

  private async readRollout(): Promise<void> {
    try {
      const rollouts = await this.inside.rollouts.list('', 20);
      this.rollout = currentRollout(rollouts);
      this.others = othersUnderWay(rollouts);
    } catch {
      // Redis is away, and `redis` says so: the last known rollout stays.
    }
  }

  private rebuild(): void {
    const { environment, fleet, rollouts, clock } = this.inside;
    const { leader, redis } = rollouts.leadership();
    const { rollout } = this;
    const explained = rollout === undefined ? undefined : rollouts.explain(rollout);
    const document = statusDocument({ environment, fleet, rollout, explained, redis, leader, nowMs: clock.now() });
    const content = JSON.stringify(document);
    if (content === this.content) return;
    this.content = content;
    this.current = { ...document, last_update: rfc3339(clock.now()) };
    for (const listener of this.listeners) listener(this.current);
  }

  private async followEvents(): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      try {
        for await (const event of this.inside.events.follow(0, undefined, signal)) {
          if (event.rollout !== undefined) this.soon();
        }
      } catch {
        // The look every second goes on; try to hear again.
      }
      await pause(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
