import type { Logger } from '@outrider/shared/runtime/logger.js';

/** Redis away is said once, not at each attempt. */
export function onceEach(log: Logger): (error: Error) => void {
  let last = '';
  return (error) => {
    if (error.message === last) return;
    last = error.message;
    log.warn(`Redis: ${error.message}`);
  };
}
