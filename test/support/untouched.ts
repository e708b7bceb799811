/** What must not change when somebody sends nonsense: processes, what hosts run and are told, releases, rollouts. */
import { expect } from 'vitest';
import type { Cluster } from './cluster.js';

interface Picture {
  readonly daemons: readonly number[];
  readonly agents: readonly string[];
  readonly hosts: readonly unknown[];
  readonly releases: readonly string[];
  readonly rollouts: readonly string[];
}

/** Takes a picture now; what it returns compares it with another. */
export async function watchUntouched(cluster: Cluster): Promise<() => Promise<void>> {
  const before = await picture(cluster);
  expect(before.agents).not.toEqual([]);
  return async () => {
    expect(await picture(cluster)).toEqual(before);
  };
}

async function picture(cluster: Cluster): Promise<Picture> {
  const hosts = [...cluster.hosts.values()];
  const remote = cluster.coordinatorRemote();
  const { releases } = await remote.ListReleases({});
  const { rollouts } = await remote.ListRollouts({});
  remote.close();
  return {
    daemons: [cluster.redis.pid(), cluster.coordinator.pid, ...hosts.map(({ daemon }) => daemon.pid)],
    agents: cluster
      .agents()
      .map(({ pid, host, agent, instance, incarnation }) => `${host}/${agent}.${instance} ${incarnation} ${pid}`)
      .sort(),
    hosts: await Promise.all(
      hosts.map(async (host) => {
        const { apps, epoch, epochHolder, instances } = await host.remote.Status({});
        return { apps, epoch, epochHolder, agents: instances.map((one) => [one.agent, one.state, one.restarts]) };
      }),
    ),
    releases: releases.map((release) => `${release.app} ${release.version} ${release.digest}`),
    rollouts: rollouts.map((rollout) => `${rollout.id} ${rollout.phase}`),
  };
}
