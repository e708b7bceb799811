/** What a plan tells besides what is done: how long, what is away meanwhile, which settings and secrets are others. */
import type { HostSpec } from '@outrider/shared/domain/release.js';
import type { CapacityGap, Plan, Rollout } from '@outrider/shared/domain/rollout.js';
import { diffSecrets, diffSettings } from '@outrider/shared/domain/settings-diff.js';
import { gapBeside, gapOf } from './capacity-gap.js';
import { asCarried, scaledNotices } from './carried.js';
import { failedBefore } from './failed-before.js';
import { expectedMs, expectedOn } from './expectation.js';
import { keyOf, type Target } from './plan-host.js';
import type { Planned } from './plan.js';
import { type AgentMoment, startTimes } from './start-times.js';

export interface Details {
  /** Rollouts of the app, newest first; of several apps, those of each of them as if it had been alone. */
  readonly history: readonly Rollout[];
  /** Oldest first. */
  readonly moments: readonly AgentMoment[];
  /** By host, of several apps by host and app: what it runs now, where that is still known. */
  readonly running: ReadonlyMap<string, HostSpec>;
  readonly bakeMs: number;
  /** Sentences on what could not be looked up. */
  readonly notices: readonly string[];
}

/** None of it is in the id of the plan: it follows from what is, or is of the past. */
export function withDetails<P extends Planned>(planned: P, details: Details): P {
  const { plan, targets } = planned;
  const hosts = plan.hosts.map((host) => {
    const target = targets.find((one) => one.host.name === host.host && one.app === host.app);
    const history = details.history.filter(({ app }) => host.app === undefined || app === host.app);
    const expected = expectedOn(host.host, history);
    return target === undefined
      ? { ...host, expected }
      : { ...host, expected, ...detailsOf(host, target, details, plan.strategy) };
  });
  const total = expectedMs(hosts, details.bakeMs);
  const notices = [
    ...failedBefore(plan, targets, details.history),
    ...scaledNotices(targets),
    ...details.notices,
    ...unknown(targets, details),
    ...(plan.notices ?? []),
  ];
  return {
    ...planned,
    plan: {
      ...{ ...plan, hosts },
      ...(total === undefined ? {} : { expectedMs: total }),
      ...(notices.length === 0 ? {} : { notices }),
    },
  };
}

type PlannedHost = Plan['hosts'][number];

function detailsOf(
  { actions }: PlannedHost,
  target: Target,
  { moments, running }: Details,
  strategy: Plan['strategy'],
): Pick<PlannedHost, 'gaps' | 'settings' | 'secrets'> {
  const { host, spec } = target;
  const starts = startTimes(moments, host.name, spec.app);
  const replaced = new Set(actions.filter(({ action }) => action === 'replace').map(({ agent }) => agent));
  const before = running.get(keyOf(target));
  const gaps = asCarried(spec.agents, host.app)
    .filter(({ name }) => replaced.has(name))
    .map((agent) => {
      const startMs = starts.get(agent.name);
      if (strategy !== 'blue-green') return gapOf(agent, startMs);
      const running = before?.agents.find(({ name }) => name === agent.name);
      return inWordsOf(host, gapBeside(agent, running, startMs));
    })
    .filter((gap): gap is CapacityGap => gap !== undefined);
  const isFirst = host.app?.active === undefined;
  if (before === undefined && !isFirst) return { gaps };
  const agents = before?.agents ?? [];
  return { gaps, settings: diffSettings(agents, spec.agents), secrets: diffSecrets(agents, spec.agents) };
}

/** What the host fills in, filled in as it does. */
function inWordsOf({ name, address }: Target['host'], gap: CapacityGap | undefined): CapacityGap | undefined {
  if (gap?.why === undefined) return gap;
  const why = gap.why.replaceAll('${OUTRIDER_HOST_ADDRESS}', address).replaceAll('${OUTRIDER_HOST}', name);
  return { ...gap, why };
}

function unknown(targets: readonly Target[], { running }: Details): readonly string[] {
  const names = targets.filter((target) => target.from !== undefined && !running.has(keyOf(target))).map(keyOf);
  return names.length === 0
    ? []
    : [`The settings of what runs on ${names.join(', ')} are not known any more, so they are not compared.`];
}
