/** Says one message at the bus as any program may, so that somebody else can see whether it comes out again. */
import { Push } from 'zeromq';
import { join } from 'node:path';

const SEND_MS = 2_000;

/** Rejects where the bus does not take it in time. `mark` comes back in `context.mark` of the event. */
export async function sayTestMessage(runDir: string, mark: string): Promise<void> {
  const socket = new Push({ linger: SEND_MS, sendTimeout: SEND_MS, immediate: true });
  try {
    socket.connect(`ipc://${join(runDir, 'bus')}`);
    await socket.send(
      JSON.stringify({
        ...{ type: 'error', error_type: 'doctor', severity: 'info' },
        ...{ message: 'A test message of coordinator doctor: no error.', context: { mark } },
      }),
    );
  } finally {
    socket.close();
  }
}
