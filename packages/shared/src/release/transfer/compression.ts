/**
 * Decides whether what travels is deflated, and does it: where the wire is slower than the processor, and the bytes
 * shrink. The rate is that at which the receiver takes what it is given.
 */
import { constants, deflateRaw, deflateRawSync, inflateRaw } from 'node:zlib';
import { promisify } from 'node:util';
import { messageOf, OutriderError } from '../../runtime/errors.js';
import type { OutgoingPiece } from './piece.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

const OPTIONS = { level: constants.Z_BEST_SPEED };
const SAMPLE_BYTES = 16 * 1024;
/** What shrinks less is sent as it is. */
const WORTHWHILE = 0.8;
/** Below this, deflating takes less time than it saves. */
const SLOW_BYTES_PER_MS = 64 * 1024;
const MEASURED_FROM_BYTES = 1024 * 1024;
/** What is inflated at once is never larger. */
const MOST_INFLATED = 1024 * 1024;

export class Compression {
  private bytes = 0;
  private waitedMs = 0;
  private beganAt: number | undefined;

  /** `now`: milliseconds, monotonic. */
  constructor(private readonly now: () => number) {}

  /** Hands one piece over and sees how long it was waited with. */
  async *follow(pieces: AsyncIterable<OutgoingPiece>): AsyncGenerator<OutgoingPiece> {
    this.beganAt = this.now();
    for await (const piece of pieces) {
      const at = this.now();
      yield piece;
      this.waitedMs += this.now() - at;
      this.bytes += piece.data?.length ?? 0;
      if (this.bytes > 8 * MEASURED_FROM_BYTES) this.halve();
    }
  }

  /** As it is to travel. */
  async pack(data: Buffer): Promise<Pick<OutgoingPiece, 'data' | 'inflatedSize'>> {
    if (!this.isSlow() || !shrinks(data)) return { data };
    const deflated = await deflate(data, OPTIONS);
    return deflated.length < data.length ? { data: deflated, inflatedSize: data.length } : { data };
  }

  private isSlow(): boolean {
    if (this.bytes < MEASURED_FROM_BYTES || this.beganAt === undefined) return false;
    const ms = Math.max(1, this.now() - this.beganAt);
    return this.waitedMs > ms / 2 && this.bytes / ms < SLOW_BYTES_PER_MS;
  }

  /** What was long ago counts for less. */
  private halve(): void {
    const at = this.now();
    this.beganAt = at - (at - (this.beganAt ?? at)) / 2;
    this.bytes /= 2;
    this.waitedMs /= 2;
  }
}

function shrinks(data: Buffer): boolean {
  const sample = data.subarray(0, SAMPLE_BYTES);
  return deflateRawSync(sample, OPTIONS).length < sample.length * WORTHWHILE;
}

/** @throws OutriderError('invalid') where it becomes more or less than was announced, or is no deflated data. */
export async function unpack(data: Uint8Array, inflatedSize: number): Promise<Buffer> {
  if (inflatedSize < 0 || inflatedSize > MOST_INFLATED) {
    throw new OutriderError(
      'invalid',
      `A piece is said to inflate to ${inflatedSize} bytes; ${MOST_INFLATED} are allowed.`,
    );
  }
  let inflated: Buffer;
  try {
    inflated = await inflate(data, { maxOutputLength: inflatedSize });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') {
      throw new OutriderError('invalid', `A piece cannot be inflated: ${messageOf(error)}.`, { cause: error });
    }
    throw new OutriderError('invalid', `A piece inflates to more than the ${inflatedSize} bytes that were announced.`);
  }
  if (inflated.length === inflatedSize) return inflated;
  throw new OutriderError('invalid', `A piece inflates to ${inflated.length} bytes; ${inflatedSize} were announced.`);
}
