/** One end of the bus: a PULL socket on a path of its own, read a bounded batch at a time. Knows nothing of frames. */
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { reasonOf } from '@outrider/shared/runtime/system-error.js';
import { removeFile } from '@outrider/shared/runtime/special-file.js';
import { Pull } from 'zeromq';

/** Longest path of a unix socket on Linux, without its ending zero. */
export const LONGEST_PATH_BYTES = 107;
/** Larger than the largest frame that is taken, so that frames that are too large can be counted; more ends the connection. */
const LARGEST_MESSAGE_BYTES = 1024 * 1024;
/** Waiting for us, per connection; what comes beyond waits on the agent's side. */
const WAITING_FRAMES = 32;
const BATCH = 64;
/** After a full batch: so that an agent that floods us gets at most 3,200 frames a second read. */
const REST_MS = 20;

export interface Mouth {
  readonly url: string;
  close(): void;
}

/** @throws OutriderError where the path is too long or can't be bound. */
export function openMouth(path: string, hear: (parts: readonly Uint8Array[]) => void): Mouth {
  if (Buffer.byteLength(path) > LONGEST_PATH_BYTES) {
    throw new OutriderError(
      'invalid',
      `The path ${path} is longer than a unix socket may have (${LONGEST_PATH_BYTES} bytes). Choose a shorter run_dir.`,
    );
  }
  const socket = new Pull({
    linger: 0,
    maxMessageSize: LARGEST_MESSAGE_BYTES,
    receiveHighWaterMark: WAITING_FRAMES,
  });
  const url = `ipc://${path}`;
  try {
    socket.bindSync(url);
  } catch (error) {
    socket.close();
    throw new OutriderError('unavailable', `Cannot open the bus endpoint ${path}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  void listen(socket, hear);
  return {
    url,
    close: () => {
      socket.close();
      removeFile(path);
    },
  };
}

async function listen(socket: Pull, hear: (parts: readonly Uint8Array[]) => void): Promise<void> {
  let inBatch = 0;
  let began = performance.now();
  while (!socket.closed) {
    let parts: readonly Uint8Array[];
    try {
      parts = await socket.receive();
    } catch {
      return; // closed
    }
    hear(parts);
    inBatch += 1;
    if (inBatch < BATCH) continue;
    inBatch = 0;
    const rest = began + REST_MS - performance.now();
    await new Promise<void>((resolve) => (rest > 0 ? setTimeout(resolve, rest) : setImmediate(resolve)));
    began = performance.now();
  }
}
