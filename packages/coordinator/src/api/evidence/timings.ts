/** How long a rollout and its hosts were in which state. */
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { shownHosts } from '@outrider/shared/domain/rollout-place.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';

export interface Timings {
  readonly started_at: string;
  /** Absent while it runs. */
  readonly ended_at?: string;
  readonly seconds?: number;
  readonly hosts: readonly {
    readonly host: string;
    /** Where the rollout is of several. */
    readonly app?: string;
    readonly wave: number;
    /** In the order in which they were entered; a state that was entered again stands where it was entered last. */
    readonly states: readonly { readonly state: string; readonly at: string; readonly seconds?: number }[];
  }[];
}

export function timingsOf(rollout: Rollout): Timings {
  const { startedAt, endedAt } = rollout;
  return {
    started_at: rfc3339(startedAt),
    ...(endedAt === undefined ? {} : { ended_at: rfc3339(endedAt), seconds: (endedAt - startedAt) / 1000 }),
    hosts: shownHosts(rollout).map(({ host, app, wave, times = {} }) => {
      const entered = Object.entries(times).sort(([, a], [, b]) => a - b);
      const states = entered.map(([state, at], index) => {
        const next = entered[index + 1]?.[1];
        return { state, at: rfc3339(at), ...(next === undefined ? {} : { seconds: (next - at) / 1000 }) };
      });
      return { host, ...(app === undefined ? {} : { app }), wave, states };
    }),
  };
}
