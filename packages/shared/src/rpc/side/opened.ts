/** A side stream as the caller opens it. What comes is read into one piece of memory, again and again. */
import { connect, type Socket } from 'node:net';
import { parseHostPort } from '../../runtime/listen.js';
import { FrameReader, FrameWriter, type NextBytes } from './frames.js';
import { drawTicket, GO, PREFACE, SIDE_WITHIN_MS } from './words.js';

const READ_BYTES = 512 * 1024;
const MOST_SPARE = 2;

const spare: Buffer[] = [];

export class OpenedSide {
  readonly ticket = drawTicket();
  /** False: the other end has not taken it, and never will. */
  readonly accepted: Promise<boolean>;
  readonly reader: FrameReader;
  readonly writer: FrameWriter;
  private readonly socket: Socket;
  private buffer: Buffer | undefined;

  /** `endpoint`: `HOST:PORT`. */
  constructor(endpoint: string) {
    this.buffer = spare.pop() ?? Buffer.allocUnsafeSlow(READ_BYTES);
    const { socket, next } = opened(endpoint, this.buffer);
    this.socket = socket;
    this.reader = new FrameReader(next);
    this.writer = new FrameWriter(socket);
    socket.write(Buffer.concat([PREFACE, this.ticket]));
    this.accepted = this.answer();
  }

  private async answer(): Promise<boolean> {
    const timer = setTimeout(() => this.cut(), SIDE_WITHIN_MS);
    try {
      return (await this.reader.take(GO.length)).equals(GO);
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whoever reads or writes is told that it broke off. */
  cut(): void {
    this.socket.destroy();
  }

  /** To be called when nobody looks at what was read any more. */
  close(): void {
    this.cut();
    if (this.buffer !== undefined && spare.length < MOST_SPARE) spare.push(this.buffer);
    this.buffer = undefined;
  }
}

function opened(endpoint: string, buffer: Buffer): { readonly socket: Socket; readonly next: NextBytes } {
  const { host = '', port = 0 } = parseHostPort(endpoint) ?? {};
  let given = 0;
  let wake = (): void => undefined;
  const callback = (bytes: number): boolean => {
    given = bytes;
    wake();
    // No more until this was looked at.
    return false;
  };
  const socket = connect({ host, port, noDelay: true, onread: { buffer, callback } });
  // What is wrong is told by the call.
  socket.on('error', () => undefined);
  socket.on('close', () => wake());
  const next = async (): Promise<Buffer | undefined> => {
    if (given === 0 && !socket.destroyed) {
      socket.resume();
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const bytes = buffer.subarray(0, given);
    given = 0;
    return bytes.length > 0 && !socket.destroyed ? bytes : undefined;
  };
  return { socket, next };
}
