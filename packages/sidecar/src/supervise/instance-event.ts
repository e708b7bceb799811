/** What an event of an agent says of it. Pure. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { type Cause, causeKey } from '../agent/cause.js';
import type { Instance } from '../agent/instance.js';

interface Spoken {
  readonly app: string;
  readonly spec: { readonly name: string };
  readonly index: number;
  readonly origin: { readonly version: string };
  readonly instance: Instance;
  /** 0 where no process runs. */
  readonly pid: number;
}

interface Said {
  readonly reason: string;
  readonly cause?: Cause | undefined;
}

export const eventOf = (
  { app, spec, index, origin, instance, pid }: Spoken,
  { reason, cause }: Said,
): Pick<OutriderEvent, 'app' | 'agent' | 'instance' | 'version' | 'reason' | 'data'> => ({
  ...{ app, agent: spec.name, instance: index, version: origin.version },
  ...(reason === '' ? {} : { reason }),
  data: {
    incarnation: instance.incarnation,
    ...(pid === 0 ? {} : { pid }),
    ...(cause === undefined ? {} : { cause: causeKey(cause) }),
    ...(instance.state === 'backoff' ? { delay_ms: instance.deadline - instance.since } : {}),
  },
});
