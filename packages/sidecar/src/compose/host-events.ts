/** Makes this host's events and hands them to whoever publishes them; keeps the first ones until somebody does. */
import { randomUUID } from 'node:crypto';
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';
import type { EventSink } from '../supervise/ports.js';

/** Made before anybody publishes: while agents start, the rest of the sidecar is still being loaded. */
const MOST_KEPT = 10_000;

export class HostEvents implements EventSink {
  private readonly kept: OutriderEvent[] = [];
  private readonly listeners = new Set<(event: OutriderEvent) => void>();
  private publishers: readonly ((event: OutriderEvent) => void)[] | undefined;

  constructor(
    private readonly options: {
      readonly host: string;
      readonly environment: string;
      /** Epoch milliseconds. */
      readonly now: () => number;
    },
  ) {}

  emit: EventSink['emit'] = (type, fields) => {
    const { host, environment, now } = this.options;
    const event: OutriderEvent = { id: randomUUID(), at: rfc3339(now()), type, environment, host, ...fields };
    for (const listener of this.listeners) listener(event);
    if (this.publishers === undefined) {
      if (this.kept.length < MOST_KEPT) this.kept.push(event);
      return;
    }
    for (const publish of this.publishers) publish(event);
  };

  /** Each from now on, whoever publishes them. Returns the end of it. */
  onEvent(listener: (event: OutriderEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** From now on; what was kept comes first. */
  publishTo(publishers: readonly ((event: OutriderEvent) => void)[]): void {
    for (const event of this.kept.splice(0)) for (const publish of publishers) publish(event);
    this.publishers = publishers;
  }
}
