/**
 * Brings missing blobs from coordinators and from other hosts, several streams at once, again for as long as there is
 * hope. What has arrived whole stays, so that the next try asks only for the rest. Whom it asks: see fetch/route.ts.
 */
import { counted } from '@outrider/shared/domain/sentence.js';
import type { StagePeer } from '@outrider/shared/domain/host.js';
import type { BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { DiskProblem } from '@outrider/shared/release/store/disk.js';
import { WrongContent } from '@outrider/shared/release/store/incoming-blob.js';
import { wireBytesOf } from '@outrider/shared/release/transfer/piece.js';
import type { Pace } from '@outrider/shared/release/transfer/pace.js';
import { BlobReceiver, WrongDelta } from '@outrider/shared/release/transfer/receiving.js';
import { Silence } from '@outrider/shared/release/transfer/silence.js';
import { WORTH_SIDE_BYTES } from '@outrider/shared/rpc/side/words.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { type Batch, FetchBoard, type Outcome } from './fetch/board.js';
import { Remotes } from './fetch/remotes.js';

/** Where bytes of contents came from. `here`: from older contents. */
export type Origin = 'coordinator' | 'peer' | 'here';

export interface FetchOptions {
  readonly blobs: BlobStore;
  /** Bytes by sha256. */
  readonly wanted: ReadonlyMap<string, number>;
  /** `HOST:PORT` of outrider.v1.Coordinator. */
  readonly sources: readonly string[];
  /** The name of this host among `peers`. */
  readonly host?: string;
  readonly peers?: readonly StagePeer[];
  /** By sha256, an older content that is here and may be much the same. */
  readonly bases?: ReadonlyMap<string, string>;
  /** How fast bytes may come; absent: as fast as they do. */
  readonly pace?: Pace;
  readonly token: () => string | undefined;
  readonly clock: Clock;
  /** Told of bytes as they come in; negative where they turned out to be wrong. */
  readonly progress: (bytes: number, from: Origin) => void;
  readonly signal: AbortSignal;
  /** Gives up when nothing new has come for so long. */
  readonly patienceMs: number;
}

/** A source that sends nothing for so long is left for the next. */
const STALL_MS = 15_000;
const PEER_CONNECT_MS = 2_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

/** Resolves when every blob is stored, and durable with the next `settle` of the store. @throws OutriderError with a sentence. */
export async function fetchBlobs(options: FetchOptions): Promise<void> {
  const { wanted, sources, peers = [] } = options;
  if (wanted.size === 0) return;
  if (sources.length + peers.length === 0) {
    throw new OutriderError(
      'unavailable',
      `${counted(wanted.size, 'file')} ${wanted.size === 1 ? 'is' : 'are'} missing here, and nobody is known who has them.`,
    );
  }
  const fetch = new Fetch(options);
  try {
    await fetch.run();
  } finally {
    await fetch.close();
  }
}

class Fetch {
  private readonly board: FetchBoard;
  private readonly remotes: Remotes;
  private readonly bases: Map<string, string>;
  /** By source, what came otherwise than it should. */
  private readonly suspects = new Map<string, Set<string>>();
  private readonly lanes = new Set<Promise<void>>();
  private readonly ending = new AbortController();
  private readonly signal: AbortSignal;
  private failures: OutriderError[] = [];
  private fatal: { readonly error: unknown } | undefined;
  private heardAt: number;

  constructor(private readonly options: FetchOptions) {
    const { host = '', peers = [], sources, wanted, bases = [], token, clock, signal } = options;
    const named = (hasIt: boolean): string[] => peers.filter((peer) => peer.hasIt === hasIt).map((peer) => peer.host);
    this.board = new FetchBoard(wanted, {
      ...{ self: host, together: named(false), holders: named(true), coordinators: sources },
    });
    this.remotes = new Remotes(new Map(peers.map((peer) => [peer.host, peer.endpoint])), token);
    this.bases = new Map(bases);
    this.heardAt = clock.monotonic();
    this.signal = AbortSignal.any([signal, this.ending.signal]);
  }

  /** Round after round: in each, whoever failed is left alone. */
  async run(): Promise<void> {
    const { clock, patienceMs, signal } = this.options;
    // Since the last blob that came whole: who breaks off in the middle again and again is not asked for ever.
    let waitedMs = 0;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const before = this.board.size;
      await this.round();
      if (this.board.size === 0) return;
      if (this.board.size < before) {
        waitedMs = 0;
        wait = FIRST_WAIT_MS;
      }
      const lost = clock.monotonic() - this.heardAt > patienceMs || waitedMs > patienceMs;
      if (lost || this.failures.every(isHopeless)) throw this.cannotFetch();
      await pause(clock, wait, signal);
      waitedMs += wait;
      this.board.retry();
    }
  }

  async close(): Promise<void> {
    this.ending.abort();
    await Promise.all(this.lanes);
    await this.remotes.close();
  }

  /** Until all is here, or nobody is left to be asked. */
  private async round(): Promise<void> {
    this.failures = [];
    for (;;) {
      for (let batch = this.board.next(); batch !== undefined; batch = this.board.next()) this.start(batch);
      if (this.lanes.size === 0) return;
      await Promise.race(this.lanes);
      if (this.options.signal.aborted) throw stopped();
      if (this.fatal !== undefined) throw this.fatal.error;
    }
  }

  private start(batch: Batch): void {
    const lane = this.ask(batch)
      .then(
        () => this.complete(batch),
        (error: unknown) => this.judge(batch.source, error),
      )
      .then((outcome) => {
        this.lanes.delete(lane);
        this.board.end(batch, outcome);
      });
    this.lanes.add(lane);
  }

  /** A host that has sent nothing at all is left alone for a while. */
  private complete({ source, wanted }: Batch): Outcome {
    const missed = wanted.filter((sha256) => this.board.sizeOf(sha256) !== undefined);
    if (missed.length === 0) return 'all';
    this.failed(source, new OutriderError('unavailable', `${source} sent only some of the files.`));
    return this.remotes.isHost(source) && missed.length === wanted.length ? 'failed' : 'all';
  }

  private async judge(source: string, error: unknown): Promise<Outcome> {
    if (this.signal.aborted) return 'failed';
    if (error instanceof DiskProblem || !(error instanceof OutriderError)) {
      this.fatal ??= { error };
      return 'failed';
    }
    if (error instanceof WrongDelta && this.bases.delete(error.sha256)) return 'again';
    await this.remotes.drop(source);
    if (this.remotes.isHost(source)) {
      this.failed(source, error);
      return error.code === 'invalid' ? 'lied' : 'failed';
    }
    if (error instanceof WrongContent && this.isFirst(source, error.sha256)) return 'again';
    this.failed(source, error);
    return 'failed';
  }

  /** A coordinator is told, and looks at what it has. */
  private isFirst(source: string, sha256: string): boolean {
    const suspects = this.suspects.get(source) ?? new Set();
    if (suspects.has(sha256)) return false;
    this.suspects.set(source, suspects.add(sha256));
    return true;
  }

  /** Hosts are a help: what matters is what coordinators say, where there are any. */
  private failed(source: string, error: OutriderError): void {
    if (!this.remotes.isHost(source) || this.options.sources.length === 0) this.failures.push(error);
  }

  private async ask({ source, wanted }: Batch): Promise<void> {
    const silence = new Silence(this.options.clock, STALL_MS);
    try {
      await this.receive(source, wanted, AbortSignal.any([this.signal, silence.signal]), silence.heard);
    } catch (error) {
      if (silence.signal.aborted) throw new OutriderError('timeout', `${source} fell silent.`, { cause: error });
      throw error;
    } finally {
      silence.end();
    }
  }

  private async receive(
    source: string,
    wanted: readonly string[],
    signal: AbortSignal,
    heard: () => void,
  ): Promise<void> {
    const isHost = this.remotes.isHost(source);
    const receiver = this.receiver(isHost ? 'peer' : 'coordinator');
    const remote = await this.remotes.to(source);
    const bases = wanted.flatMap((sha256) => {
      const base = this.bases.get(sha256);
      return base === undefined ? [] : [{ sha256, base }];
    });
    const suspects = [...(this.suspects.get(source) ?? [])].filter((sha256) => wanted.includes(sha256));
    try {
      if (isHost) await remote.connected(PEER_CONNECT_MS);
      const ask = { sha256: [...wanted], bases, packed: true, suspects };
      for await (const piece of remote.Blobs(ask, { signal, beside: this.isWorthSide(wanted) })) {
        heard();
        await this.options.pace?.take(wireBytesOf(piece));
        await receiver.take(piece);
      }
      receiver.end();
    } finally {
      await receiver.abandon();
    }
  }

  private isWorthSide(wanted: readonly string[]): boolean {
    let bytes = 0;
    for (const sha256 of wanted) bytes += this.board.sizeOf(sha256) ?? 0;
    return bytes >= WORTH_SIDE_BYTES;
  }

  private receiver(from: Origin): BlobReceiver {
    const { blobs, progress, clock } = this.options;
    return new BlobReceiver({
      store: blobs,
      sizeOf: (sha256) => this.board.sizeOf(sha256),
      arrived: (sha256) => this.board.arrived(sha256),
      came: (bytes) => {
        this.heardAt = clock.monotonic();
        if (bytes.new !== 0) progress(bytes.new, from);
        if (bytes.copied !== 0) progress(bytes.copied, 'here');
      },
    });
  }

  private cannotFetch(): OutriderError {
    const why = [...new Set(this.failures.map(messageOf))].join(' ');
    const [last] = this.failures.slice(-1);
    return new OutriderError('unavailable', `${counted(this.board.size, 'file')} could not be fetched. ${why}`, {
      cause: last,
    });
  }
}

/** Asking again would give the same answer. */
const isHopeless = (error: OutriderError): boolean =>
  error.code === 'not_found' || error.code === 'unauthenticated' || error.code === 'invalid';

const stopped = (): OutriderError => new OutriderError('unavailable', 'The fetching was stopped.');

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = (): void => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, over);
    const end = (): void => {
      cancel();
      reject(stopped());
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
