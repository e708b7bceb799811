/** Owns what a process sends of its contents to others: how much at once, how fast, and for how long it waits for more. */
import { isDigest } from '../../domain/name.js';
import type { Clock } from '../../runtime/clock.js';
import { OutriderError } from '../../runtime/errors.js';
import { isLoopback, parseHostPort } from '../../runtime/listen.js';
import type { BlobFiles } from '../store/blob-files.js';
import type { ChunkLists } from './chunk-lists.js';
import { Compression } from './compression.js';
import { type OutgoingPiece, wireBytesOf } from './piece.js';
import type { Pace } from './pace.js';
import { sendContents } from './sending.js';
import { Turns } from './turns.js';

export interface ServingOptions {
  readonly files: BlobFiles;
  readonly lists: ChunkLists;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  /** Calls that are served at once; the others wait. */
  readonly mostAtOnce: number;
  readonly pace: Pace;
  /** Told of bytes that were sent. */
  readonly sent: (bytes: number) => unknown;
  /** Takes out what has turned out to be damaged. Absent: only the one who asks is told. */
  readonly remove?: (sha256: string) => Promise<void>;
  /**
   * Whether contents are on their way here, so that whoever asks for one waits: another number each time some came;
   * undefined: none are. Absent: what is not here is NOT_FOUND at once.
   */
  readonly pulse?: () => number | undefined;
}

export interface BlobsAsk {
  readonly sha256: readonly string[];
  readonly bases: readonly { readonly sha256: string; readonly base: string }[];
  readonly packed: boolean;
  readonly suspects: readonly string[];
}

/** Of the call: who it is, and whether they are still there. */
export interface Caller {
  /** `ADDRESS:PORT`. */
  readonly peer: string;
  readonly signal: AbortSignal;
}

/** More of one call are asked for in parts. */
export const MOST_DIGESTS = 100_000;
/** Who waits hears so often that we are there. */
const SIGN_EVERY_MS = 2_000;
const LOOK_EVERY_MS = 25;
/** Nothing has come here for so long: it is asked for elsewhere. */
const STILL_MS = 10_000;
/** Nothing is on its way here: our own order may be a moment late. */
const UNCALLED_MS = 3_000;
/** What comes here comes in the order in which it is asked for: behind so many that are not here, none is likely to be. */
const MISSES = 32;

export class BlobServing {
  private readonly turns: Turns;

  constructor(private readonly options: ServingOptions) {
    this.turns = new Turns(options.mostAtOnce);
  }

  /** @throws OutriderError('invalid' | 'not_found'), 'internal' where a suspect was damaged. */
  async *serve(ask: BlobsAsk, caller: Caller): AsyncGenerator<OutgoingPiece> {
    check(ask);
    const turn = this.turns.take();
    try {
      while (!turn.isGranted && !caller.signal.aborted) {
        await Promise.race([turn.granted, this.pause(SIGN_EVERY_MS)]);
        if (ask.packed) yield {};
      }
      const damaged = await this.takeOut(ask.suspects);
      const left = ask.sha256.filter((sha256) => !damaged.has(sha256));
      const pieces =
        this.options.pulse === undefined ? this.send(left, ask, caller) : this.sendAsTheyCome(left, ask, caller);
      for await (const piece of pieces) {
        if (caller.signal.aborted) return;
        const bytes = wireBytesOf(piece);
        await this.options.pace.take(bytes);
        this.options.sent(bytes);
        yield piece;
      }
      for (const sha256 of damaged) {
        throw new OutriderError('internal', `The blob ${sha256} was damaged on the disk. Push its release again.`);
      }
    } finally {
      turn.end();
    }
  }

  /** Lists of the chunks of those that are here. */
  async *chunks(wanted: readonly string[]): AsyncGenerator<{ readonly sha256: string; readonly chunks: Buffer }> {
    check({ sha256: wanted, bases: [], suspects: [] });
    for (const sha256 of wanted) {
      const chunks = await this.options.lists.packed(sha256).catch(() => undefined);
      if (chunks !== undefined) yield { sha256, chunks };
    }
  }

  private send(
    wanted: readonly string[],
    { bases, packed }: BlobsAsk,
    { peer }: Caller,
  ): AsyncGenerator<OutgoingPiece> {
    const { files, lists, clock } = this.options;
    const baseOf = new Map(bases.map(({ sha256, base }) => [sha256, base]));
    const address = parseHostPort(peer)?.host;
    return sendContents(wanted, {
      path: (sha256) => files.path(sha256),
      packed,
      delta: async (sha256) => {
        const base = baseOf.get(sha256);
        return base === undefined ? undefined : lists.delta(sha256, base);
      },
      ...(address !== undefined && isLoopback(address)
        ? {}
        : { compression: new Compression(() => clock.monotonic()) }),
    });
  }

  /** Ends with what has not come where nothing comes any more. */
  private async *sendAsTheyCome(
    wanted: readonly string[],
    ask: BlobsAsk,
    caller: Caller,
  ): AsyncGenerator<OutgoingPiece> {
    const { clock, pulse } = this.options;
    let left = wanted;
    let [pulseBefore, changedAt, signAt] = [pulse?.(), clock.monotonic(), clock.monotonic()];
    while (left.length > 0 && !caller.signal.aborted) {
      const here = await this.here(left);
      const now = clock.monotonic();
      const pulseNow = pulse?.();
      if (here.size > 0) {
        yield* this.send([...here], ask, caller);
        left = left.filter((sha256) => !here.has(sha256));
      }
      if (here.size > 0 || pulseNow !== pulseBefore) [pulseBefore, changedAt] = [pulseNow, clock.monotonic()];
      else if (now - changedAt > (pulseNow === undefined ? UNCALLED_MS : STILL_MS)) return;
      if (here.size > 0) continue;
      if (ask.packed && now - signAt > SIGN_EVERY_MS) {
        signAt = now;
        yield {};
      }
      await this.pause(LOOK_EVERY_MS);
    }
  }

  private async here(wanted: readonly string[]): Promise<ReadonlySet<string>> {
    const here = new Set<string>();
    let misses = 0;
    for (const sha256 of wanted) {
      if ((await this.options.files.size(sha256)) !== undefined) here.add(sha256);
      else if ((misses += 1) >= MISSES) break;
    }
    return here;
  }

  private async takeOut(suspects: readonly string[]): Promise<ReadonlySet<string>> {
    const damaged = new Set<string>();
    for (const sha256 of suspects) {
      const isThere = (await this.options.files.size(sha256)) !== undefined;
      if (!isThere || (await this.options.files.isWhole(sha256))) continue;
      await this.options.remove?.(sha256);
      damaged.add(sha256);
    }
    return damaged;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.options.clock.after(ms, resolve));
  }
}

function check({ sha256, bases, suspects }: Omit<BlobsAsk, 'packed'>): void {
  if (sha256.length > MOST_DIGESTS) {
    throw new OutriderError('invalid', `sha256: at most ${MOST_DIGESTS} at once, not ${sha256.length}.`);
  }
  for (const digest of [...sha256, ...suspects, ...bases.flatMap((one) => [one.sha256, one.base])]) {
    if (isDigest(digest)) continue;
    throw new OutriderError(
      'invalid',
      `sha256: ${JSON.stringify(digest.slice(0, 80))} is no digest; 64 hexadecimal digits are expected.`,
    );
  }
}
