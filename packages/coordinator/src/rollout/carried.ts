/** With how many instances a host would run another release: what load has grown is carried over, and it is said what is not. */
import type { HostAgent } from '@outrider/shared/domain/agent.js';
import type { AgentFingerprint, AppStatus } from '@outrider/shared/domain/host.js';
import { type ReleaseRef, sameRelease } from '@outrider/shared/domain/release.js';
import { carriedReplicas } from '@outrider/shared/domain/scaling.js';
import type { Target } from './plan-host.js';

type Running = Pick<AppStatus, 'agents' | 'previous' | 'previousReplicas'>;

const present = (agents: readonly AgentFingerprint[], name: string): AgentFingerprint | undefined =>
  agents.find((agent) => agent.name === name);

export const asCarried = (next: readonly HostAgent[], app: Pick<Running, 'agents'> | undefined): readonly HostAgent[] =>
  next.map((agent) => {
    const replicas = carriedReplicas(agent, present(app?.agents ?? [], agent.name)?.replicas);
    return replicas === agent.replicas ? agent : { ...agent, replicas };
  });

/** A rollback to the release before finds as many as ran of it, where no bounds say otherwise. */
export function asRolledBack(
  next: readonly HostAgent[],
  to: ReleaseRef,
  app: Running | undefined,
): readonly HostAgent[] {
  const carried = asCarried(next, app);
  if (!sameRelease(app?.previous, to)) return carried;
  return carried.map((agent) => {
    const before = app?.previousReplicas?.find(({ name }) => name === agent.name);
    return before === undefined || agent.scaling !== undefined ? agent : { ...agent, replicas: before.replicas };
  });
}

/** Sentences: whoever has scaled an agent by hand should not find out by its load. */
export const scaledNotices = (targets: readonly Target[]): readonly string[] =>
  targets.flatMap(({ host, spec }) =>
    spec.agents.flatMap((next) => {
      const now = present(host.app?.agents ?? [], next.name);
      if (now?.scaled === undefined || next.scaling !== undefined || now.replicas === next.replicas) return [];
      const { by, since } = now.scaled;
      return [
        `${next.name} on ${host.name}: scaled to ${now.replicas} (since ${since}, by ${by}), release says ${next.replicas}.`,
      ];
    }),
  );
