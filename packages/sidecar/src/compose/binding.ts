/** Listening again after a restart: the one before may need a moment to let go of its addresses. */
import { setTimeout as pause } from 'node:timers/promises';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

const PATIENCE_MS = 5_000;
const AGAIN_MS = 200;

/** Tries for a few seconds; then the last error, whose sentence names the address. */
export async function bindPatiently<T>(bind: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await bind();
    } catch (error) {
      if (!(error instanceof OutriderError) || error.code !== 'unavailable') throw error;
      if (performance.now() > deadline) {
        const sentence = `${error.message} Is another program, or another sidecar, listening there? The agents run on.`;
        throw new OutriderError('unavailable', sentence, { cause: error });
      }
    }
    await pause(AGAIN_MS);
  }
}
