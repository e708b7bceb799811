/** The way back of several apps as one: planned for each of them, then host by host with all its apps. */
import type { Plan } from '@outrider/shared/domain/rollout.js';
import { joinedApps, together } from '@outrider/shared/domain/rollout-place.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { rollbackWaves } from '../rollout/rollback-waves.js';
import { type PlannedRollback, planRollback, type RollbackOptions } from './rollback-planner.js';
import { refuseAgentsOfSeveral } from './some-agents.js';

/** All of them or none: one that has nowhere to go refuses the whole; one that is back stays. @throws OutriderError */
export async function planRollbackOf(
  named: readonly string[],
  ask: Ask,
  options: RollbackOptions,
): Promise<PlannedRollback> {
  refuseAgentsOfSeveral(named, ask.agents);
  const all = await Promise.all(named.map((app) => planRollback({ ...ask, app }, options)));
  const notices = all.flatMap(({ plan }) => plan.notices ?? []);
  const going = all.filter(({ targets }) => targets.length > 0);
  const [only = all[0]] = going;
  if (only !== undefined && going.length <= 1) {
    return notices.length === 0 ? only : { ...only, plan: { ...only.plan, notices } };
  }
  return joined(going, ask, notices);
}

type Ask = Omit<Parameters<typeof planRollback>[0], 'app'>;

/** Two at least. */
function joined(
  planned: readonly PlannedRollback[],
  { strategy }: Pick<Ask, 'strategy'>,
  notices: readonly string[],
): PlannedRollback {
  const apps = planned.map(({ plan }) => plan.app);
  // Where the last rollouts of the apps went through the hosts in different orders, that of the first app counts.
  const names = [...new Set(planned.flatMap(({ targets }) => targets.map(({ host }) => host)))];
  const targets = names.flatMap((name) =>
    planned.flatMap((one, index) =>
      one.targets.filter(({ host }) => host === name).map((target) => ({ ...target, app: apps[index] ?? '' })),
    ),
  );
  const version = together(planned.map(({ plan }) => plan.version));
  const waves = rollbackWaves(strategy, targets);
  const hosts = names.flatMap((name): Plan['hosts'] =>
    planned.flatMap(({ plan }, index) =>
      plan.hosts
        .filter(({ host }) => host === name)
        .map((host) => ({
          ...(plan.version === version ? {} : { to: plan.version }),
          ...{ ...host, app: apps[index] ?? '', wave: waves.get(name) ?? 1 },
        })),
    ),
  );
  const content = { app: joinedApps(apps), version, strategy, hosts, problems: [] };
  return {
    plan: { plan: digestOf(content).slice(0, 12), ...content, ...(notices.length === 0 ? {} : { notices }) },
    targets,
    apps: planned.flatMap((one) => one.apps),
    specs: new Map(planned.flatMap(({ specs }) => [...specs])),
  };
}
