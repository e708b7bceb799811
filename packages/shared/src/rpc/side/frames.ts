/** The frames of a side stream, read from and written to a connection. */
import type { Socket } from 'node:net';
import { OutriderError } from '../../runtime/errors.js';

export interface Frame {
  /** A message without its data. */
  readonly head: Buffer;
  /** Of a reader: good until the next frame is read. */
  readonly data: Buffer;
}

const SIZES_BYTES = 8;
/** In the place of the first size, behind the last frame. */
const END = 0xffff_ffff;
const MOST_HEAD_BYTES = 1024 * 1024;
const MOST_DATA_BYTES = 4 * 1024 * 1024;
/** So much may be under way before the next is waited with. */
const MOST_WAITING_BYTES = 256 * 1024;

/** The next bytes of a connection, good until the next call; undefined: it has ended. */
export type NextBytes = () => Promise<Buffer | undefined>;

export class FrameReader {
  private rest: Buffer = Buffer.alloc(0);
  /** For what comes in several parts. */
  private joined: Buffer = Buffer.alloc(0);

  constructor(private readonly next: NextBytes) {}

  /** So many bytes, good until the next call. @throws OutriderError('unavailable') where the connection ends before. */
  async take(size: number): Promise<Buffer> {
    if (this.rest.length >= size) return this.cut(size);
    if (this.joined.length < size) this.joined = Buffer.allocUnsafeSlow(size);
    let done = this.rest.copy(this.joined);
    while (done < size) {
      const bytes = await this.next();
      if (bytes === undefined) throw new BrokenOff();
      this.rest = bytes;
      done += this.cut(Math.min(size - done, bytes.length)).copy(this.joined, done);
    }
    return this.joined.subarray(0, size);
  }

  private cut(size: number): Buffer {
    const bytes = this.rest.subarray(0, size);
    this.rest = this.rest.subarray(size);
    return bytes;
  }

  /** Until the end that the sender has written. @throws OutriderError('invalid') for what is no frame, ('unavailable') */
  async *frames(): AsyncGenerator<Frame> {
    for (;;) {
      const sizes = await this.take(SIZES_BYTES);
      const [headSize, dataSize] = [sizes.readUInt32BE(0), sizes.readUInt32BE(4)];
      if (headSize === END) return;
      if (headSize > MOST_HEAD_BYTES || dataSize > MOST_DATA_BYTES) {
        throw new OutriderError('invalid', `A message of ${headSize + dataSize} bytes came; none is so large.`);
      }
      // Copied: what it was read into may hold the data next.
      const head = Buffer.from(await this.take(headSize));
      yield { head, data: await this.take(dataSize) };
    }
  }
}

export class FrameWriter {
  private waiting = 0;
  private wake: () => void = () => undefined;

  constructor(private readonly socket: Socket) {
    socket.once('close', () => this.wake());
  }

  /**
   * Resolves when the next may come. `release` is called when the data may be another's; without it, that is when this
   * resolves. @throws OutriderError('unavailable') where the connection has ended.
   */
  async write({ head, data }: Frame, release?: () => void): Promise<void> {
    const sizes = Buffer.allocUnsafe(SIZES_BYTES);
    sizes.writeUInt32BE(head.length, 0);
    sizes.writeUInt32BE(data.length, 4);
    this.socket.cork();
    this.send(Buffer.concat([sizes, head]));
    if (data.length > 0) this.send(data, release);
    this.socket.uncork();
    await this.until(release === undefined ? 0 : MOST_WAITING_BYTES);
  }

  /** Resolves when all has left. */
  async end(): Promise<void> {
    this.send(Buffer.alloc(SIZES_BYTES, 0xff));
    await this.until(0);
  }

  private send(bytes: Buffer, release?: () => void): void {
    this.waiting += bytes.length;
    this.socket.write(bytes, () => {
      this.waiting -= bytes.length;
      release?.();
      this.wake();
    });
  }

  private async until(most: number): Promise<void> {
    while (this.waiting > most && !this.socket.destroyed) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    if (this.socket.destroyed) throw new BrokenOff();
  }
}

export class BrokenOff extends OutriderError {
  constructor() {
    super('unavailable', 'The connection that contents travel on broke off.');
  }
}
