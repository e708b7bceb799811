/** The way back of several apps as one: planned for each of them, then host by host with all its apps. */
import type { Plan } from '@outrider/shared/domain/rollout.js';
import { joinedApps, together } from '@outrider/shared/domain/rollout-place.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { type PlannedRollback, planRollback, type RollbackOptions } from './rollback-planner.js';
import { refuseAgentsOfSeveral } from './some-agents.js';

/** All of them or none: one that has nowhere to go refuses the whole. @throws OutriderError */
export async function planRollbackOf(
  apps: readonly string[],
  ask: Omit<Parameters<typeof planRollback>[0], 'app'>,
  options: RollbackOptions,
): Promise<PlannedRollback> {
  refuseAgentsOfSeveral(apps, ask.agents);
  const planned = await Promise.all(apps.map((app) => planRollback({ ...ask, app }, options)));
  const [only] = planned;
  if (only !== undefined && planned.length === 1) return only;
  // Where the last rollouts of the apps went through the hosts in different orders, that of the first app counts.
  const names = [...new Set(planned.flatMap(({ targets }) => targets.map(({ host }) => host)))];
  const targets = names.flatMap((name) =>
    planned.flatMap((one, index) =>
      one.targets.filter(({ host }) => host === name).map((target) => ({ ...target, app: apps[index] ?? '' })),
    ),
  );
  const hosts = names.flatMap((name, wave): Plan['hosts'] =>
    planned.flatMap(({ plan }, index) =>
      plan.hosts
        .filter(({ host }) => host === name)
        .map((host) => ({ ...host, app: apps[index] ?? '', wave: wave + 1 })),
    ),
  );
  const version = together(planned.map(({ plan }) => plan.version));
  const content = { app: joinedApps(apps), version, hosts, problems: [] };
  return {
    plan: { plan: digestOf(content).slice(0, 12), ...content },
    targets,
    apps: planned.flatMap((one) => one.apps),
    specs: new Map(planned.flatMap(({ specs }) => [...specs])),
  };
}
