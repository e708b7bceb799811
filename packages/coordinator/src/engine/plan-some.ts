/** Plans for some agents only: gathers what hosts run, since all other agents stay as they are there. */
import type { AppSpec } from '@outrider/shared/domain/agent.js';
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { digestOf } from '@outrider/shared/runtime/digest.js';
import { closest } from '@outrider/shared/runtime/suggest.js';
import { composeHosts, type PartialHost } from '../rollout/partial.js';
import { namedHosts, type PlanInput } from '../rollout/plan.js';
import type { PlanHost } from '../rollout/plan-host.js';
import { knownSpec, type SpecSources } from './known-spec.js';

export type Resolve = PlanInput['resolve'];

/** By host: what it runs, or why that is not known. */
export type RunningSpecs = ReadonlyMap<string, HostSpec | string>;

export async function specsOf(
  inventory: readonly PlanHost[],
  app: string,
  sources: SpecSources,
): Promise<RunningSpecs> {
  const found = await Promise.all(
    inventory.flatMap(({ name, state, app: status }) =>
      status?.active === undefined || state === 'down'
        ? []
        : [knownSpec(name, app, status.active, sources).then((spec) => [name, spec] as const)],
    ),
  );
  return new Map(found);
}

interface Some {
  readonly ask: {
    readonly agents?: readonly string[];
    readonly hosts: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
    readonly skipDown: boolean;
  };
  readonly app: string;
  readonly version: string;
  readonly spec: AppSpec;
}

export function planSome(
  inventory: readonly PlanHost[],
  { ask, app, version, spec }: Some,
  resolve: Resolve,
  running: RunningSpecs,
): Pick<PlanInput, 'resolve'> & Required<Pick<PlanInput, 'partial'>> {
  const chosen = namedHosts({ inventory, onlyHosts: ask.hosts, onlyLabels: ask.labels }).filter(
    ({ state }) => state !== 'down' || !ask.skipDown,
  );
  const resolved = new Map(chosen.map((host) => [host.name, resolve(host)]));
  const hosts = inventory.map((host): PartialHost => {
    const [target, known] = [resolved.get(host.name)?.spec, running.get(host.name)];
    return {
      isDown: host.state === 'down',
      ...{ name: host.name, canMix: host.mixesReleases === true },
      agents: (host.app?.agents ?? []).map(({ name }) => name),
      ...(target === undefined ? {} : { target }),
      ...(known === undefined ? {} : { running: known }),
    };
  });
  const agents = ask.agents ?? [];
  const declared = spec.agents.map(({ name }) => name);
  const composed = composeHosts(hosts, { agents, app, version, declared, digest: digestOf, suggest: closest });
  return {
    partial: {
      ...{ agents, hosts: composed.concerned },
      ...{ problems: composed.problems, passing: composed.passing },
    },
    resolve: (host) => {
      const plain = resolved.get(host.name) ?? resolve(host);
      return { spec: composed.specs.get(host.name) ?? plain.spec, problems: plain.problems };
    },
  };
}
