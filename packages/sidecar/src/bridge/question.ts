/**
 * Answers `health_check` for this host. A ROUTER serves the REQ clients: it drops what a client does not read, so
 * that no client can hold up another.
 */
import { Router } from 'zeromq';
import { bindEach } from './bind.js';

const LARGEST_QUESTION_BYTES = 4 * 1024;
const BATCH = 64;

export interface QuestionServer {
  /** `HOST:PORT`s as bound. */
  readonly addresses: readonly string[];
  close(): void;
}

/** @throws OutriderError('unavailable') where an address can't be bound. */
export function startQuestionServer(listen: readonly string[], answer: () => string): QuestionServer {
  const socket = new Router({
    linger: 0,
    maxMessageSize: LARGEST_QUESTION_BYTES,
    receiveHighWaterMark: 100,
    sendHighWaterMark: 100,
    sendTimeout: 0,
    // A client that was cut off without a word is forgotten in the end.
    tcpKeepalive: 1,
    tcpKeepaliveIdle: 60,
    handshakeInterval: 5_000,
  });
  const addresses = bindEach(socket, listen, 'ZeroMQ question');
  void serve(socket, answer);
  return { addresses, close: () => socket.close() };
}

async function serve(socket: Router, answer: () => string): Promise<void> {
  for (let count = 1; !socket.closed; count += 1) {
    let frames: readonly Buffer[];
    try {
      frames = await socket.receive();
    } catch {
      return; // closed
    }
    const { envelope, question } = split(frames);
    try {
      await socket.send([...envelope, reply(question, answer)]);
    } catch {
      // This client is gone or does not read. The next one is somebody else.
    }
    if (count % BATCH === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A REQ client's frames are: its id, an empty one, the question. Others may leave the empty one out. */
function split(frames: readonly Buffer[]): {
  readonly envelope: readonly Buffer[];
  readonly question: string | undefined;
} {
  const empty = frames.findIndex((frame, index) => index > 0 && frame.length === 0);
  const end = empty === -1 ? 1 : empty + 1;
  const body = frames.slice(end);
  return { envelope: frames.slice(0, end), question: body.length === 1 ? body[0]?.toString('utf8') : undefined };
}

function reply(question: string | undefined, answer: () => string): string {
  if (question === 'health_check') return answer();
  const said = question === undefined ? 'several frames' : JSON.stringify(question.slice(0, 40));
  return `error: ask "health_check" in one frame, not ${said}`;
}
