/** What an event of an agent says beside its place and reason. Pure. */
import { type Cause, causeKey } from '../agent/cause.js';
import type { Instance } from '../agent/instance.js';

/** `pid`: 0 where no process runs. */
export const eventData = (
  instance: Instance,
  pid: number,
  cause: Cause | undefined,
): Readonly<Record<string, unknown>> => ({
  incarnation: instance.incarnation,
  ...(pid === 0 ? {} : { pid }),
  ...(cause === undefined ? {} : { cause: causeKey(cause) }),
  ...(instance.state === 'backoff' ? { delay_ms: instance.deadline - instance.since } : {}),
});
