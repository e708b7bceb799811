/**
 * Brings missing blobs from whoever serves them: source after source, again for as long as there is hope. What
 * has arrived whole stays, so that the next try asks only for the rest.
 */
import type { connectCoordinator } from '@outrider/shared/rpc/client.js';
import type { Clock } from '@outrider/shared/runtime/clock.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import type { BlobPiece, BlobStore } from '@outrider/shared/release/store/blob-store.js';
import { DiskProblem } from '@outrider/shared/release/store/disk.js';
import type { IncomingBlob } from '@outrider/shared/release/store/incoming-blob.js';

export interface FetchOptions {
  readonly blobs: BlobStore;
  /** Bytes by sha256. */
  readonly wanted: ReadonlyMap<string, number>;
  /** `HOST:PORT` of outrider.v1.Coordinator. */
  readonly sources: readonly string[];
  readonly token: () => string | undefined;
  readonly clock: Clock;
  /** Told of bytes as they come in; negative where they turned out to be wrong. */
  readonly progress: (bytes: number) => void;
  readonly signal: AbortSignal;
  /** Gives up when nothing new has come for so long. */
  readonly patienceMs: number;
}

/** A source that sends nothing for so long is left for the next. */
const STALL_MS = 15_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

/** Resolves when every blob is stored. @throws OutriderError with a sentence. */
export async function fetchBlobs(options: FetchOptions): Promise<void> {
  const { clock, sources, patienceMs, signal } = options;
  const left = new Map(options.wanted);
  if (left.size === 0) return;
  if (sources.length === 0) {
    throw new OutriderError('unavailable', `${left.size} files are missing here, and nobody is known who has them.`);
  }
  let heardAt = clock.monotonic();
  const heard: FetchOptions = {
    ...options,
    progress: (bytes) => {
      heardAt = clock.monotonic();
      options.progress(bytes);
    },
  };
  // Since the last blob that came whole: who breaks off in the middle again and again is not asked for ever.
  let waitedMs = 0;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const before = left.size;
    const failures = await askAll(heard, left);
    if (left.size === 0) break;
    if (left.size < before) {
      waitedMs = 0;
      wait = FIRST_WAIT_MS;
    }
    const lost = clock.monotonic() - heardAt > patienceMs || waitedMs > patienceMs;
    if (lost || failures.every(isHopeless)) throw cannotFetch(left, failures);
    await pause(clock, wait, signal);
    waitedMs += wait;
  }
  await options.blobs.settle();
}

async function askAll(options: FetchOptions, left: Map<string, number>): Promise<OutriderError[]> {
  const failures: OutriderError[] = [];
  for (const source of options.sources) {
    if (left.size === 0) break;
    try {
      await askOne(options, source, left);
      if (left.size > 0) failures.push(new OutriderError('unavailable', `${source} sent only some of the files.`));
    } catch (error) {
      if (options.signal.aborted) throw stopped();
      if (error instanceof DiskProblem || !(error instanceof OutriderError)) throw error;
      failures.push(error);
    }
  }
  return failures;
}

let client: Promise<{ readonly connectCoordinator: typeof connectCoordinator }> | undefined;

/** What starts agents must not wait for it. To be called once they are: later, another build may stand in its place. */
export const grpcClient = (): NonNullable<typeof client> => (client ??= import('@outrider/shared/rpc/client.js'));

async function askOne(options: FetchOptions, source: string, left: Map<string, number>): Promise<void> {
  const remote = (await grpcClient()).connectCoordinator({ endpoint: source, token: options.token() });
  const silence = new AbortController();
  let cancel = (): void => undefined;
  const heard = (): void => {
    cancel();
    cancel = options.clock.after(STALL_MS, () => silence.abort());
  };
  const receiver = new Receiver(options, left);
  heard();
  try {
    const signal = AbortSignal.any([options.signal, silence.signal]);
    for await (const piece of remote.Blobs({ sha256: [...left.keys()] }, { signal })) {
      heard();
      await receiver.take(piece);
    }
    receiver.end();
  } catch (error) {
    await receiver.abandon();
    if (silence.signal.aborted) throw new OutriderError('timeout', `${source} fell silent.`, { cause: error });
    throw error;
  } finally {
    cancel();
    remote.close();
  }
}

/** Puts the pieces of one stream together; finished blobs leave `left`. */
class Receiver {
  private current: IncomingBlob | undefined;
  private arrived = 0;

  constructor(
    private readonly options: FetchOptions,
    private readonly left: Map<string, number>,
  ) {}

  async take({ sha256, data, last }: BlobPiece): Promise<void> {
    if (this.current === undefined) {
      const size = this.left.get(sha256);
      if (size === undefined) throw new OutriderError('invalid', `A blob came that was not asked for: ${sha256}.`);
      this.arrived = 0;
      if (last) {
        this.options.blobs.putWhole(sha256, data, size);
        this.options.progress(data.length);
        this.left.delete(sha256);
        return;
      }
      this.current = await this.options.blobs.begin(sha256, size);
    } else if (sha256 !== '' && sha256 !== this.current.sha256) {
      throw new OutriderError('invalid', `The blob ${sha256} began before ${this.current.sha256} had ended.`);
    }
    const blob = this.current;
    this.arrived += data.length;
    this.options.progress(data.length);
    await blob.write(data);
    if (!last) return;
    await blob.finish();
    this.current = undefined;
    this.left.delete(blob.sha256);
  }

  end(): void {
    if (this.current === undefined) return;
    throw new OutriderError('unavailable', `The blob ${this.current.sha256} came without its end.`);
  }

  async abandon(): Promise<void> {
    if (this.current === undefined) return;
    this.options.progress(-this.arrived);
    await this.current.discard();
  }
}

/** Asking again would give the same answer. */
const isHopeless = (error: OutriderError): boolean =>
  error.code === 'not_found' || error.code === 'unauthenticated' || error.code === 'invalid';

function cannotFetch(left: ReadonlyMap<string, number>, failures: readonly OutriderError[]): OutriderError {
  const why = [...new Set(failures.map(messageOf))].join(' ');
  const [last] = failures.slice(-1);
  return new OutriderError('unavailable', `${left.size} files could not be fetched. ${why}`, { cause: last });
}

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
