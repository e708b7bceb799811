/** What telling people needs from the outside. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';

export interface PlacedEvent {
  /** Its place in the fleet's history: whoever has told it reads on after this. */
  readonly place: string;
  /** Undefined: what stands there is no event. */
  readonly event?: OutriderEvent;
}

/** Implemented by store/. Rejects with `OutriderError('unavailable')` while Redis is away. */
export interface NoticeLog {
  /** Events after `place`, oldest first. */
  after(place: string, count: number): Promise<readonly PlacedEvent[]>;
  /** The place of the newest event. */
  newest(): Promise<string>;
  /** How far a target has been told; undefined: it is new. */
  toldUpTo(target: string): Promise<string | undefined>;
  remember(target: string, place: string): Promise<void>;
}

/** One way to reach people. */
export interface Target {
  /** Stands for it in Redis and in logs; holds no secret. */
  readonly name: string;
  /** Of the types of events, with `*` at the end of some. */
  readonly events: readonly string[];
  /** Rejects with `Undeliverable` where trying again can't help, with anything else where it can. */
  send(event: OutriderEvent): Promise<void>;
}

/** The target does not want this, however often it is sent. */
export class Undeliverable extends Error {}
