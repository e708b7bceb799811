/** What is new about a host since it was told last: up, suspect, down, or that it comes and goes. */
import type { EventType } from '@outrider/shared/domain/event.js';

export interface HostLook {
  readonly state: 'up' | 'suspect' | 'down';
  /** Suspect for long: it is heard elsewhere. */
  readonly cutOff: boolean;
  readonly flapping: boolean;
  /** Another one answers in its place, as a sentence. */
  readonly mistaken?: string;
}

export interface News {
  readonly type: Extract<EventType, `host.${string}`>;
  readonly reason: string;
}

/**
 * `told`: as it was when it was told last; absent: never. Of one that flaps only this is told, once, and its state when
 * it is steady again. Undefined: nothing is to be told.
 */
export function newsOf(told: HostLook | undefined, now: HostLook): News | undefined {
  if (now.flapping) {
    return told?.flapping === true
      ? undefined
      : {
          type: 'host.flapping',
          reason:
            'it comes and goes; what becomes of it is told once it is steady, and no wave begins on it until then',
        };
  }
  if (told?.flapping === true) return { type: `host.${now.state}`, reason: `it is steady again: ${wordsOf(now)}` };
  if (told === undefined) return now.state === 'down' ? { type: 'host.down', reason: wordsOf(now) } : undefined;
  return told.state === now.state && told.cutOff === now.cutOff
    ? undefined
    : { type: `host.${now.state}`, reason: wordsOf(now) };
}

/** Nothing was heard of it yet, so that nothing can be said either. */
export const isUnknown = (told: HostLook | undefined, now: HostLook): boolean =>
  told === undefined && now.state === 'suspect' && !now.cutOff && !now.flapping;

function wordsOf({ state, cutOff, mistaken }: HostLook): string {
  if (state === 'up') return 'it answers';
  if (state === 'down') return mistaken ?? 'nothing is heard of it, neither here nor by Redis';
  return cutOff
    ? 'nothing reaches it from the coordinator, though its sidecar tells Redis that it is there'
    : 'the connection to it was lost';
}
