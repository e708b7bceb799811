/** Owns the side streams that others have opened to this process, until the call they belong to claims them. */
import type { Socket } from 'node:net';
import { FrameReader, FrameWriter, type NextBytes } from './frames.js';
import { GO, SIDE_WITHIN_MS } from './words.js';

/** More that nobody has claimed are ended: one who holds no token must not hold connections. */
const MOST_UNCLAIMED = 512;

export class AcceptedSides {
  private readonly unclaimed = new Map<string, Socket>();
  private readonly calls = new Map<string, (socket: Socket) => void>();
  private readonly open = new Set<Socket>();

  /** `ticket`: as it came. The connection is ended where no call claims it soon. */
  add(ticket: string, socket: Socket): void {
    this.open.add(socket);
    socket.once('close', () => {
      this.open.delete(socket);
      this.unclaimed.delete(ticket);
    });
    const call = this.calls.get(ticket);
    if (call !== undefined) call(socket);
    else if (this.unclaimed.size >= MOST_UNCLAIMED || this.unclaimed.has(ticket)) socket.destroy();
    else {
      this.unclaimed.set(ticket, socket);
      socket.setTimeout(SIDE_WITHIN_MS, () => socket.destroy());
    }
  }

  /** The stream of a call, once; undefined: none has come in time. Ended with the signal. */
  async claim(ticket: string, signal: AbortSignal): Promise<AcceptedSide | undefined> {
    const socket = this.unclaimed.get(ticket) ?? (await this.arrival(ticket, signal));
    this.unclaimed.delete(ticket);
    if (socket === undefined || socket.destroyed || signal.aborted) return undefined;
    socket.setTimeout(0);
    const end = (): void => void socket.destroy();
    signal.addEventListener('abort', end, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', end));
    socket.write(GO);
    return new AcceptedSide(socket);
  }

  private arrival(ticket: string, signal: AbortSignal): Promise<Socket | undefined> {
    if (this.calls.has(ticket)) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const done = (socket?: Socket): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        this.calls.delete(ticket);
        resolve(socket);
      };
      const gone = (): void => done();
      const timer = setTimeout(gone, SIDE_WITHIN_MS);
      signal.addEventListener('abort', gone);
      this.calls.set(ticket, done);
    });
  }

  close(): void {
    for (const socket of this.open) socket.destroy();
  }
}

export class AcceptedSide {
  readonly reader: FrameReader;
  readonly writer: FrameWriter;

  constructor(private readonly socket: Socket) {
    this.reader = new FrameReader(bytesOf(socket));
    this.writer = new FrameWriter(socket);
  }

  /** What was written leaves before. */
  close(): void {
    this.socket.end();
    this.socket.setTimeout(SIDE_WITHIN_MS, () => this.socket.destroy());
  }
}

function bytesOf(socket: Socket): NextBytes {
  let wake = (): void => undefined;
  for (const event of ['readable', 'end', 'close']) socket.on(event, () => wake());
  return async () => {
    for (;;) {
      const bytes = socket.read() as Buffer | null;
      if (bytes !== null) return bytes;
      if (socket.destroyed || socket.readableEnded) return undefined;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
}
