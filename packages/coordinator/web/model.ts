/** What the page knows. Each message changes it at once; every list has a bound. Draws nothing. */
import type { Message, OutriderEvent, State } from './messages.js';

const MOST_EVENTS = 1_000;
/** What ends a rollout. */
const ENDS = /^rollout\.(succeeded|rolled_back|aborted|stuck)$/;

export class Model {
  state: State | undefined;
  /** Oldest first. */
  events: OutriderEvent[] = [];
  /** How many came since the page was opened. */
  eventsSeen = 0;
  cursor = '';
  /** Some events were too many to be caught up on. */
  missed = false;
  /** Connections so far: each begins with a snapshot. */
  connections = 0;
  /** Rollouts that have ended since the page was opened. */
  ended = 0;
  private ids = new Set<string>();

  apply(message: Message): void {
    switch (message.type) {
      case 'snapshot': {
        const { status, hosts, agents, rollout, others } = message;
        this.state = { status, hosts, agents, rollout, others };
        if (message.missed) this.missed = true;
        for (const event of message.events) this.add(event);
        this.cursor = message.cursor;
        this.connections += 1;
        return;
      }
      case 'event':
        this.add(message.event);
        this.cursor = message.cursor;
        return;
      case 'state':
        if (this.state !== undefined) this.state = { ...this.state, ...withoutType(message) };
        return;
    }
  }

  private add(event: OutriderEvent): void {
    if (this.ids.has(event.id)) return;
    this.ids.add(event.id);
    this.events.push(event);
    this.eventsSeen += 1;
    if (ENDS.test(event.type)) this.ended += 1;
    if (this.events.length < 2 * MOST_EVENTS) return;
    // Cut now and then, not at each event.
    this.events = this.events.slice(-MOST_EVENTS);
    this.ids = new Set(this.events.map(({ id }) => id));
  }
}

function withoutType(message: Extract<Message, { type: 'state' }>): Partial<State> {
  const { type: _type, ...rest } = message;
  return rest;
}
