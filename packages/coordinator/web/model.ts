/** What the page knows. Each message changes it at once; every list has a bound. Draws nothing. */
import type { Message, OutriderEvent, State } from './messages.js';

const MOST_EVENTS = 1_000;
/** Of each host; one a second, so ten minutes. */
const MOST_SAMPLES = 600;
const SAMPLE_EVERY_MS = 1_000;

/** Columns of the same length: seconds since 1970, then a value for each host; null: not known. */
export interface Samples {
  readonly hosts: readonly string[];
  readonly at: number[];
  readonly cpu: (number | null)[][];
  readonly memory: (number | null)[][];
}

export class Model {
  state: State | undefined;
  /** Oldest first. */
  events: OutriderEvent[] = [];
  /** How many came since the page was opened. */
  eventsSeen = 0;
  cursor = '';
  /** Some events were too many to be caught up on. */
  missed = false;
  samples: Samples = noSamples([]);
  private ids = new Set<string>();

  apply(message: Message, nowMs: number): void {
    switch (message.type) {
      case 'snapshot': {
        const { status, hosts, agents, rollout, others } = message;
        this.state = { status, hosts, agents, rollout, others };
        if (message.missed) this.missed = true;
        for (const event of message.events) this.add(event);
        this.cursor = message.cursor;
        break;
      }
      case 'event':
        this.add(message.event);
        this.cursor = message.cursor;
        return;
      case 'state':
        if (this.state !== undefined) this.state = { ...this.state, ...withoutType(message) };
        break;
    }
    this.sample(nowMs);
  }

  private add(event: OutriderEvent): void {
    if (this.ids.has(event.id)) return;
    this.ids.add(event.id);
    this.events.push(event);
    this.eventsSeen += 1;
    if (this.events.length < 2 * MOST_EVENTS) return;
    // Cut now and then, not at each event.
    this.events = this.events.slice(-MOST_EVENTS);
    this.ids = new Set(this.events.map(({ id }) => id));
  }

  private sample(nowMs: number): void {
    const hosts = this.state?.hosts ?? [];
    const names = hosts.map(({ name }) => name);
    if (names.join() !== this.samples.hosts.join()) this.samples = noSamples(names);
    const { at, cpu, memory } = this.samples;
    const last = at.at(-1);
    if (last !== undefined && nowMs - last * 1000 < SAMPLE_EVERY_MS) return;
    at.push(nowMs / 1000);
    hosts.forEach(({ system }, index) => {
      cpu[index]?.push(system?.cpu_percent ?? null);
      memory[index]?.push(system?.memory_percent ?? null);
    });
    if (at.length > MOST_SAMPLES) for (const column of [at, ...cpu, ...memory]) column.shift();
  }
}

const noSamples = (hosts: readonly string[]): Samples => ({
  hosts,
  at: [],
  cpu: hosts.map(() => []),
  memory: hosts.map(() => []),
});

function withoutType(message: Extract<Message, { type: 'state' }>): Partial<State> {
  const { type: _type, ...rest } = message;
  return rest;
}
