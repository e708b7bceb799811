/** Publishes this host's events: topic = type, second frame = JSON. Whoever does not listen, misses. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { Publisher } from 'zeromq';
import { bindEach } from './bind.js';

const MOST_WAITING = 10_000;

export interface EventPublisher {
  readonly addresses: readonly string[];
  publish(event: OutriderEvent): void;
  close(): void;
}

/** @throws OutriderError('unavailable') where an address can't be bound. */
export function startEventPublisher(listen: readonly string[]): EventPublisher {
  const socket = new Publisher({
    linger: 0,
    sendHighWaterMark: MOST_WAITING,
    tcpKeepalive: 1,
    maxMessageSize: 4 * 1024,
  });
  const addresses = bindEach(socket, listen, 'ZeroMQ events');
  const waiting: OutriderEvent[] = [];
  let sending = false;
  const drain = async (): Promise<void> => {
    sending = true;
    try {
      for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
        await socket.send([event.type, JSON.stringify(event)]);
      }
    } catch {
      waiting.length = 0; // closed
    } finally {
      sending = false;
    }
  };
  return {
    addresses,
    // A socket takes one message at a time; those that come meanwhile wait their turn.
    publish: (event) => {
      if (socket.closed) return;
      if (waiting.length >= MOST_WAITING) waiting.shift();
      waiting.push(event);
      if (!sending) void drain();
    },
    close: () => socket.close(),
  };
}
