/** The latest rollout of each app as gauges: its phase, and whether it waits for a person. */
import { hasEnded, type Rollout, type RolloutPhase } from '@outrider/shared/domain/rollout.js';
import { appsOfRollout, isAbout } from '@outrider/shared/domain/rollout-place.js';
import { type WaitsFor, WAITS_IN_WORDS, waitsFor } from '@outrider/shared/domain/rollout-waits.js';
import { Gauge, type Registry } from 'prom-client';
import type { Inside } from './inside.js';
import { currentRollout } from './read-model.js';

/** Apps without a rollout among the last so many have no series. */
const ROLLOUTS = 100;
const PHASES: Readonly<Record<RolloutPhase, true>> = {
  staging: true,
  switching: true,
  baking: true,
  committing: true,
  rolling_back: true,
  succeeded: true,
  rolled_back: true,
  aborted: true,
  stuck: true,
};

export function rolloutMetrics(registry: Registry, inside: Pick<Inside, 'rollouts'>): void {
  const latest = sharedLatest(inside);
  new Gauge({
    name: 'outrider_rollout_phase',
    help: '1 for the phase of the latest rollout of each app.',
    labelNames: ['app', 'phase'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { app, rollout } of await latest()) {
        for (const phase of Object.keys(PHASES)) this.set({ app, phase }, rollout.phase === phase ? 1 : 0);
      }
    },
  });
  new Gauge({
    name: 'outrider_rollout_waiting',
    help: 'Whether the rollout under way of each app waits for a person, and for what.',
    labelNames: ['app', 'waits_for'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { app, rollout } of await latest()) {
        const waits = hasEnded(rollout.phase) ? undefined : waitsFor(rollout);
        for (const what of Object.keys(WAITS_IN_WORDS) as WaitsFor[]) {
          this.set({ app, waits_for: what }, waits === what ? 1 : 0);
        }
      }
    },
  });
}

interface Latest {
  readonly app: string;
  /** Under way, else the last one. */
  readonly rollout: Rollout;
}

/** Both gauges of one scrape are read from one look. With Redis away there are none. */
function sharedLatest({ rollouts }: Pick<Inside, 'rollouts'>): () => Promise<readonly Latest[]> {
  let look: Promise<readonly Latest[]> | undefined;
  const read = async (): Promise<readonly Latest[]> => {
    const list = await rollouts.list('', ROLLOUTS).catch(() => []);
    const apps = new Set(list.flatMap((rollout) => appsOfRollout(rollout).map(({ app }) => app)));
    return [...apps].flatMap((app) => {
      const rollout = currentRollout(list.filter((one) => isAbout(one, app)));
      return rollout === undefined ? [] : [{ app, rollout }];
    });
  };
  return () => (look ??= read().finally(() => (look = undefined)));
}
