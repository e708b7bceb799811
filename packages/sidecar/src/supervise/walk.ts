/** Agents of an app in the order of their dependencies, and waiting for what a step of that order brings about. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import { dependencyLevels } from '@outrider/shared/domain/dependency.js';
import { phaseOf } from '../agent/view.js';
import type { LiveInstance } from './live-instance.js';
import type { SupervisedApp } from './supervised-app.js';

/** As wanted, else as it was when it was started. */
export function specsOf(app: SupervisedApp): readonly HostAgent[] {
  const specs = new Map(app.slots.map(({ spec }) => [spec.name, spec]));
  for (const spec of app.wanted) specs.set(spec.name, spec);
  return [...specs.values()];
}

/** What needs nothing comes first. The order is that of the whole app, also between agents that do not need each other directly. */
export function levelsOf(app: SupervisedApp, chosen: readonly HostAgent[]): readonly (readonly HostAgent[])[] {
  const leveled = dependencyLevels(specsOf(app));
  // Slots of different releases may need each other in a circle; then all go at once.
  if (!('levels' in leveled)) return [chosen];
  const levels = leveled.levels.map((names) => chosen.filter(({ name }) => names.includes(name)));
  return levels.filter((level) => level.length > 0);
}

/** Nothing of it runs. */
export const isOut = ({ instance }: LiveInstance): boolean => ['gone', 'done', 'resting'].includes(phaseOf(instance));

/** Resolves once it is so; asked again after each change. */
export function until(onChange: (listener: () => void) => () => void, done: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    if (done()) {
      resolve();
      return;
    }
    const end = onChange(() => {
      if (!done()) return;
      end();
      resolve();
    });
  });
}
