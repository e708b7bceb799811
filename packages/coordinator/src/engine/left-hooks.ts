/** Before and after each host goes back in a rollback: the hooks of the release that is left. */
import type { HookSpec } from '@outrider/shared/domain/hook.js';
import type { RolloutApp } from '@outrider/shared/domain/rollout.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { hooksOfApp } from '../rollout/plan-hooks.js';
import type { PlannerOptions } from './planner.js';
import { mostCommon, type RollbackTarget } from './rollback-planner.js';

/** None where they can't be had: no rollback fails for what stands beside it. */
export async function hooksOfLeft(
  apps: readonly RolloutApp[],
  targets: readonly RollbackTarget[],
  options: Pick<PlannerOptions, 'releases' | 'resolveHooks'>,
): Promise<readonly HookSpec[]> {
  const [only] = apps;
  if (only !== undefined && apps.length === 1) return hooksOfOne(only.app, targets, options);
  const found = await Promise.all(
    apps.map(async ({ app }) => {
      const mine = targets.filter((target) => target.app === app);
      return hooksOfApp(await hooksOfOne(app, mine, options), app);
    }),
  );
  return found.flat();
}

async function hooksOfOne(
  app: string,
  targets: readonly RollbackTarget[],
  { releases, resolveHooks }: Pick<PlannerOptions, 'releases' | 'resolveHooks'>,
): Promise<readonly HookSpec[]> {
  const version = mostCommon(targets.flatMap(({ from }) => (from === undefined ? [] : [from.version])));
  try {
    const left = version === '' ? undefined : await releases.find(app, version);
    if (left === undefined || resolveHooks === undefined) return [];
    const { hooks, problems } = resolveHooks({ spec: await releases.spec(left.digest), version });
    return problems.length > 0 ? [] : hooks.filter(({ point }) => point.endsWith('_revert'));
  } catch (error) {
    if (error instanceof OutriderError) return [];
    throw error;
  }
}
