/**
 * Makes room again and again: releases that newer ones have outdated go (where this coordinator leads), and contents
 * that no release names. A push that is under way, or was broken off, keeps what it has sent for an hour.
 */
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import type { ReleaseCatalog } from './catalog.js';
import { contentsIn } from './keeping.js';

export interface RoundsOptions {
  readonly catalog: ReleaseCatalog;
  readonly blobs: BlobStore;
  readonly clock: Pick<Clock, 'after' | 'now'>;
  /** Tells `hasRemoved` of what goes. Rejects while Redis is away. */
  readonly prune: () => Promise<unknown>;
  /** Told when contents are gone: whoever believes that a release is whole has to look again. */
  readonly collected: () => void;
  /** Told what people should know: a sentence, once. */
  readonly notice: (sentence: string) => void;
}

const EVERY_MS = 60_000;
/** The first time: hosts have been heard by then. */
const FIRST_MS = 5_000;
const SPARED_MS = 3_600_000;
/** Contents are looked at that often at least, and each time that a release was removed. */
const COLLECT_EVERY_MS = 10 * 60_000;

export class Rounds {
  private wake: () => void = () => undefined;
  private closed = false;
  private running: Promise<void> | undefined;
  private collectedAt = -Infinity;
  /** A round is due as soon as the present one is over. */
  private due = false;
  /** Since the contents were looked at last. */
  private removed = false;
  private lastNotice = '';

  constructor(private readonly options: RoundsOptions) {}

  start(): void {
    this.running = this.run();
  }

  /** Something has come: the next round is now. */
  soon(): void {
    this.due = true;
    this.wake();
  }

  /** A release is gone. */
  hasRemoved(): void {
    this.removed = true;
    this.soon();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.soon();
    await this.running;
  }

  private async run(): Promise<void> {
    for (let ms = FIRST_MS; ; ms = EVERY_MS) {
      if (!this.due) await this.pause(ms);
      this.due = false;
      if (this.closed) return;
      await this.round();
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.options.clock.after(ms, resolve);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
  }

  private async round(): Promise<void> {
    try {
      // While Redis is away nothing is removed; the next round will.
      await this.options.prune().catch(() => undefined);
      const { clock } = this.options;
      if (!this.removed && clock.now() - this.collectedAt < COLLECT_EVERY_MS) return;
      this.removed = false;
      this.collectedAt = clock.now();
      await this.collect();
    } catch (error) {
      this.say(`Contents that no release names are not cleared away: ${messageOf(error)}`);
    }
  }

  /** In turn with pushes: what they find stored is there until they have named it. */
  private async collect(): Promise<void> {
    const { catalog, blobs, clock } = this.options;
    const { blobs: gone } = await catalog.inTurn(async () => {
      const named = await namedContents(catalog);
      return blobs.collect({ isLive: (sha256) => named.has(sha256), since: clock.now() - SPARED_MS });
    });
    if (gone > 0) this.options.collected();
  }

  private say(sentence: string): void {
    if (sentence !== this.lastNotice) this.options.notice(sentence);
    this.lastNotice = sentence;
  }
}

/** By every release that there is. Rejects where one can't be read here: what it names is not known then. */
export async function namedContents(catalog: ReleaseCatalog): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  for (const { digest } of await catalog.list()) {
    if (named.has(digest)) continue;
    const { manifest } = await catalog.manifest(digest);
    named.add(digest);
    for (const { sha256 } of contentsIn(manifest)) named.add(sha256);
  }
  return named;
}
