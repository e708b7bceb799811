/**
 * Stops every agent because the machine goes down: those that others need come last, each with its own time to end,
 * all of them within one limit. Nobody's wish: what is stopped here runs again after the boot.
 */
import type { Clock } from '@outrider/shared/runtime/clock.js';
import type { LiveInstance } from './live-instance.js';
import type { SupervisedApp } from './supervised-app.js';
import { isOut, levelsOf, specsOf, until } from './walk.js';

export const GOING_DOWN = 'the host is going down';
/** When the limit is over, what is left is asked at once, and has so long. */
const LAST_MS = 5_000;

export interface HostDrainParts {
  readonly clock: Clock;
  readonly apps: () => readonly SupervisedApp[];
  readonly turn: (work: () => void) => void;
  readonly onChange: (listener: () => void) => () => void;
}

/** Resolves when nothing runs or the time is over. Whoever calls has seen to it that nothing is started meanwhile. */
export async function drainHost(parts: HostDrainParts, limitMs: number): Promise<void> {
  const apps = parts.apps();
  // What waits for a start, or for another try, has nothing to wait for any more.
  parts.turn(() => apps.flatMap(({ slots }) => slots.filter(({ pid }) => pid === 0)).forEach(stop));
  await within(parts.clock, limitMs, Promise.all(apps.map((app) => drainApp(app, parts))));
  const left = (): readonly LiveInstance[] => apps.flatMap((app) => app.slots.filter((live) => !isOut(live)));
  if (left().length === 0) return;
  parts.turn(() => left().forEach(stop));
  await within(
    parts.clock,
    LAST_MS,
    until(parts.onChange, () => left().length === 0),
  );
}

async function drainApp(app: SupervisedApp, { turn, onChange }: HostDrainParts): Promise<void> {
  for (const level of [...levelsOf(app, specsOf(app))].reverse()) {
    const ofLevel = (): readonly LiveInstance[] => level.flatMap(({ name }) => app.find(name));
    turn(() => ofLevel().forEach(stop));
    await until(onChange, () => ofLevel().every(isOut));
  }
}

/** One that has ended already stays what it is; one that would be tried again is not. */
function stop(live: LiveInstance): void {
  if (live.instance.state !== 'exited') live.tell({ kind: 'stopAsked', sequel: 'rest', reason: GOING_DOWN });
}

function within(clock: Clock, ms: number, done: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    void done.then(() => {
      cancel();
      resolve();
    });
  });
}
