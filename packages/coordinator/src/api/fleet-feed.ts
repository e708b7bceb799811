/**
 * Owns what readers of `/ws?feed=fleet` are told: a snapshot, then each event once and, at most every 250 ms, those
 * parts of the state that have changed. Each message is written once, however many read it.
 */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { EventWindow } from './event-window.js';
import { eventForAnybody } from './for-anybody.js';
import { shownAgents, shownHosts, shownRollout } from './fleet-shapes.js';
import { GateSamples } from './gate-samples.js';
import type { Inside } from './inside.js';
import type { StatusFeed } from './status-feed.js';
import type { SocketClient } from './websocket.js';

const TOGETHER_MS = 250;
/** What nothing announces, such as figures of a host, is seen this late at most. */
const LOOK_AGAIN_MS = 1_000;
/** Of a fleet of very many hosts a look takes long: at most such a part of the time goes into it. */
const SHARE_OF_TIME = 0.1;
/** So that a reader can tell a silent fleet from a network that is gone. */
const SPEAK_EVERY_MS = 5_000;
const LAST_EVENTS = 200;
/** RFC 6455: try again later. */
const TRY_AGAIN = 1013;
/** RFC 6455: an error of ours. */
const BROKEN = 1011;

const PARTS = ['status', 'hosts', 'agents', 'rollout', 'others'] as const;
/** Each as JSON. */
type State = Readonly<Record<(typeof PARTS)[number], string>>;

export class FleetFeed {
  private readonly window: EventWindow;
  /** By rollout, of those that are shown. */
  private readonly gates = new Map<string, GateSamples>();
  private readonly clients = new Set<SocketClient>();
  private readonly stops: (() => void)[] = [];
  private state: State = { status: '{}', hosts: '[]', agents: '[]', rollout: 'null', others: '[]' };
  private cancel: () => void = () => undefined;
  private leaveStatus: () => void = () => undefined;
  private status: Readonly<Record<string, unknown>> = {};
  private due = false;
  private isClosed = false;
  private lookedAt = -Infinity;
  private lookMs = 0;
  private spokeAt = 0;

  constructor(
    private readonly inside: Inside,
    private readonly statusFeed: StatusFeed,
    private readonly onBug: (error: unknown) => void,
  ) {
    this.window = new EventWindow(inside.events);
    this.stops.push(inside.fleet.onChange(() => this.soon()));
    const stop = this.window.subscribe({ event: (event) => this.tell(event), gap: () => this.startAnew() });
    this.stops.push(stop);
  }

  start(): Promise<void> {
    return this.window.start();
  }

  /** `after`: the cursor of the last message that the reader had; '': none. Returns a function that ends it. */
  join(client: SocketClient, after: string): () => void {
    let isGone = false;
    const begin = (status: Readonly<Record<string, unknown>>): void => {
      if (isGone || this.isClosed) return;
      this.status = status;
      // From here to the end of this turn nothing else happens: whatever comes next is told.
      if (this.clients.size === 0) this.look();
      else this.soon();
      this.clients.add(client);
      client.send(this.snapshot(after));
      if (this.clients.size === 1) this.wakeUp();
    };
    this.statusFeed.status().then(begin, () => client.end(BROKEN, 'The state of the fleet cannot be told.'));
    return () => {
      isGone = true;
      this.clients.delete(client);
      if (this.clients.size === 0) this.sleep();
    };
  }

  close(): void {
    this.isClosed = true;
    this.sleep();
    this.window.close();
    this.clients.clear();
    for (const stop of this.stops) stop();
  }

  private wakeUp(): void {
    this.leaveStatus = this.statusFeed.subscribe((status) => {
      this.status = status;
      this.soon();
    });
    this.schedule(LOOK_AGAIN_MS);
  }

  private sleep(): void {
    this.cancel();
    this.leaveStatus();
    this.due = false;
  }

  private snapshot(after: string): string {
    const { events, missed } = this.window.last(LAST_EVENTS, after);
    const parts = PARTS.map((part) => `"${part}":${this.state[part]}`).join(',');
    const cursor = JSON.stringify(this.window.cursor());
    return `{"type":"snapshot","cursor":${cursor},${parts},"events":${JSON.stringify(events.map(eventForAnybody))},"missed":${missed}}`;
  }

  private tell(event: OutriderEvent): void {
    if (this.clients.size === 0) return;
    const text = `{"type":"event","cursor":${JSON.stringify(event.id)},"event":${JSON.stringify(eventForAnybody(event))}}`;
    for (const client of this.clients) client.send(text);
    if (event.rollout !== undefined) this.soon();
  }

  private startAnew(): void {
    for (const client of this.clients) client.end(TRY_AGAIN, 'Some events were lost on the way. Come again.');
  }

  private soon(): void {
    if (this.due || this.clients.size === 0) return;
    this.due = true;
    const rest = Math.max(TOGETHER_MS, this.lookMs / SHARE_OF_TIME);
    this.schedule(Math.max(0, this.lookedAt + rest - this.inside.clock.monotonic()));
  }

  private schedule(ms: number): void {
    this.cancel();
    this.cancel = this.inside.clock.after(ms, () => {
      this.due = false;
      this.look();
      if (this.clients.size > 0) this.schedule(LOOK_AGAIN_MS);
    });
  }

  /** With the verdicts of its gates. */
  private shownRollout(rollout: Rollout): object {
    return { ...shownRollout(this.inside.rollouts, rollout), gate_samples: this.samplesOf(rollout).of(rollout) };
  }

  private samplesOf({ id }: Rollout): GateSamples {
    const { rollouts, clock } = this.inside;
    const { onBug } = this;
    const known = this.gates.get(id) ?? new GateSamples({ rollouts, clock, onBug, changed: () => this.soon() });
    this.gates.set(id, known);
    return known;
  }

  /** Tells what has changed to those that are here already. */
  private look(): void {
    const from = this.inside.clock.monotonic();
    const rollout = this.statusFeed.lastRollout();
    const others = this.statusFeed.otherRollouts();
    for (const id of this.gates.keys()) if (![rollout, ...others].some((one) => one?.id === id)) this.gates.delete(id);
    const next: State = {
      status: JSON.stringify(this.status),
      hosts: JSON.stringify(shownHosts(this.inside)),
      agents: JSON.stringify(shownAgents(this.inside)),
      rollout: rollout === undefined ? 'null' : JSON.stringify(this.shownRollout(rollout)),
      others: JSON.stringify(others.map((other) => this.shownRollout(other))),
    };
    const changed = PARTS.filter((part) => next[part] !== this.state[part]);
    this.state = next;
    this.lookedAt = this.inside.clock.monotonic();
    this.lookMs = this.lookedAt - from;
    if (changed.length === 0 && this.lookedAt - this.spokeAt < SPEAK_EVERY_MS) return;
    this.spokeAt = this.lookedAt;
    const text = `{${['"type":"state"', ...changed.map((part) => `"${part}":${next[part]}`)].join(',')}}`;
    for (const client of this.clients) client.send(text);
  }
}
