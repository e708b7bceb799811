/** What tests of rollouts share: agents that are quick to be ready, and what events and processes have to say. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Cluster } from './cluster.js';
import type { CliResult } from './cli-run.js';
import { FAULTS, type ReleaseTree } from './release-tree.js';

export interface Event {
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly rollout?: string;
  readonly host?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly data?: Record<string, unknown>;
}

/** One of the programs that misbehave, run by this very Node. */
export const fault = (name: string, ...words: readonly string[]): string[] =>
  name.endsWith('.sh') ? ['sh', join(FAULTS, name), ...words] : [process.execPath, join(FAULTS, name), ...words];

/** Asks by HTTP, often enough for a test. */
export const asked = (port: number, more: object = {}): object => ({
  http: { url: `http://\${OUTRIDER_HOST_ADDRESS}:${port}/` },
  interval: '100ms',
  retries: 2,
  ...more,
});

/** An HTTP agent that is well. `rev` stands for its code: another one is another agent. */
export const web = (port: number, rev = 1, more: object = {}): object => ({
  command: fault('healthy.mjs', `\${OUTRIDER_HOST_ADDRESS}:${port}`),
  environment: { REV: `${rev}` },
  healthcheck: asked(port),
  files: [CODE],
  stop_grace_period: '2s',
  ...more,
});

const CODE = 'code.txt';

/** A release of these agents, which use one file that never changes. */
export const tree = (
  app: string,
  agents: Readonly<Record<string, object>>,
  more: ReleaseTree['files'] = {},
): ReleaseTree => ({
  app,
  agents,
  files: { [CODE]: 'the same in every version\n', ...more },
});

/** An HTTP agent that is unwell on a host for as long as that host's mark is set: never ready, or no longer. */
export const marked = (cluster: Cluster, name: string, port: number, rev = 1): object => ({
  ...web(port, rev),
  command: fault(
    'unhealthy-on-mark.mjs',
    `\${OUTRIDER_HOST_ADDRESS}:${port}`,
    markFile(cluster, name, '${OUTRIDER_HOST}'),
  ),
});

const markFile = (cluster: Cluster, name: string, host: string): string => join(cluster.folder, `${name}-${host}.mark`);

export const setMark = (cluster: Cluster, name: string, host: string): void =>
  writeFileSync(markFile(cluster, name, host), '');
export const clearMark = (cluster: Cluster, name: string, host: string): void =>
  rmSync(markFile(cluster, name, host), { force: true });

/** `host/agent.instance` to pid, of one app, as the machine shows it. Fails where an instance runs twice. */
export function pids(cluster: Cluster, app: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { host, agent, instance, pid } of cluster.agents().filter((one) => one.app === app)) {
    const key = `${host}/${agent}.${instance}`;
    expect(found[key], `${key} runs twice`).toBeUndefined();
    found[key] = pid;
  }
  return found;
}

/** What each host says it runs: host to version, and to the phase where it is not at rest. */
export async function versions(cluster: Cluster, app: string): Promise<Record<string, string>> {
  const entries = await Promise.all(
    [...cluster.hosts.values()].map(async ({ name, remote }) => {
      const found = (await remote.Status({})).apps.find((one) => one.app === app);
      const version = found?.active?.version ?? 'none';
      const phase = found?.phase ?? 'idle';
      return [name, ['idle', 'committed', 'staged'].includes(phase) ? version : `${version} ${phase}`] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** `host:what` of each step that hosts took, in order. */
export const steps = (events: readonly Event[], ...of: readonly string[]): string[] =>
  events
    .filter(({ type }) => type.startsWith('rollout.host.'))
    .map(({ type, host }) => `${host ?? ''}:${type.slice('rollout.host.'.length)}`)
    .filter((step, index, all) => all.indexOf(step) === index && of.includes(step.split(':')[1] ?? ''));

export function lastEvent(result: CliResult): Event {
  const event = result.events<Event>().at(-1);
  if (event === undefined) throw new Error(`There is no event (exit code ${result.code}): ${result.stderr}`);
  return event;
}

export const isStep =
  (host: string, what: string) =>
  (line: string): boolean =>
    line.includes(`"type":"rollout.host.${what}"`) && line.includes(`"host":"${host}"`);
