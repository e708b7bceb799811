/** The fleet at one moment, as `coordinator top` shows it: three questions in one connection. */
import { hasEnded } from '@outrider/shared/domain/rollout.js';
import type { Host__Output } from '@outrider/shared/gen/outrider/v1/Host.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { readInstanceStatus, readRollout } from '@outrider/shared/rpc/codec.js';
import type { CallOptions } from '@outrider/shared/rpc/methods.js';
import { rfc3339 } from '@outrider/shared/runtime/clock.js';

export interface Snapshot {
  /** RFC 3339. */
  readonly at: string;
  readonly environment: string;
  readonly state: string;
  readonly leader: string;
  readonly redis: string;
  readonly hosts: readonly HostRow[];
  /** How many there are of each state. */
  readonly states: Readonly<Record<string, number>>;
  readonly agents: readonly AgentRow[];
  /** That runs now. */
  readonly rollouts: readonly RolloutRow[];
}

export interface HostRow {
  readonly host: string;
  readonly state: string;
  readonly held: boolean;
  /** Percentages; null: not known. */
  readonly cpu_percent: number | null;
  readonly memory_percent: number | null;
  readonly disk_percent: number | null;
  readonly agents: number;
  readonly ready: number;
  readonly restarts: number;
  /** `assistants 1.4.0` */
  readonly apps: readonly string[];
}

export interface AgentRow {
  readonly host: string;
  readonly app: string;
  readonly agent: string;
  readonly instance: number;
  readonly version: string;
  /** `away`: its host is out of reach; the reason has what is known last. */
  readonly state: string;
  readonly ready: boolean;
  /** Of one processor; null: not known. */
  readonly cpu_percent: number | null;
  readonly memory_bytes: number | null;
  readonly restarts: number;
  /** RFC 3339: in this state. */
  readonly since: string;
  readonly reason: string;
}

export interface RolloutRow {
  readonly rollout: string;
  readonly app: string;
  readonly from: string | null;
  readonly to: string;
  readonly phase: string;
  readonly paused: boolean;
  readonly seconds: number;
  /** Host (and app, where there are several) -> state. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly explained: string;
}

export async function snapshotOf(remote: CoordinatorRemote, limits: CallOptions): Promise<Snapshot> {
  const [status, { hosts }, { instances }] = await Promise.all([
    remote.Status({}, limits),
    remote.Hosts({}, limits),
    remote.Agents({}, limits),
  ]);
  const running = [...new Set(status.apps.flatMap(({ rollout, phase }) => (isOver(phase) ? [] : (rollout ?? []))))];
  const records = await Promise.all(running.map((rollout) => remote.GetRollout({ rollout }, limits)));
  const away = new Set(hosts.flatMap(({ name, state, cutOff }) => (state === 'down' || cutOff ? [name] : [])));
  const agents = instances.map(readInstanceStatus).map((one) => agentRow(one, away.has(one.host)));
  const states = new Map<string, number>();
  for (const { state } of agents) states.set(state, (states.get(state) ?? 0) + 1);
  const { environment, state, leader, redis } = status;
  return {
    ...{ at: rfc3339(Date.now()), environment, state, leader, redis },
    hosts: hosts.map((host) => hostRow(host, agents)),
    states: Object.fromEntries([...states].sort()),
    agents,
    rollouts: records.map((record) => rolloutRow(readRollout(record))),
  };
}

const isOver = (phase: string | undefined): boolean =>
  phase === undefined || hasEnded(phase as Parameters<typeof hasEnded>[0]);

function hostRow({ name, state, hold, system, apps }: Host__Output, all: readonly AgentRow[]): HostRow {
  const own = all.filter(({ host }) => host === name);
  return {
    ...{ host: name, state, held: hold !== null },
    cpu_percent: system?.cpuPercent ?? null,
    memory_percent: system?.memoryPercent ?? null,
    disk_percent: system?.diskPercent ?? null,
    agents: own.length,
    ready: own.filter(({ ready }) => ready).length,
    restarts: own.reduce((sum, { restarts }) => sum + restarts, 0),
    apps: apps.map(({ app, version }) => `${app} ${version ?? '-'}`),
  };
}

const agentRow = (one: InstanceStatus, isAway: boolean): AgentRow => ({
  ...{ host: one.host, app: one.app, agent: one.agent, instance: one.instance, version: one.version },
  ...{
    state: isAway ? 'away' : one.state,
    ready: one.ready,
    restarts: one.restarts,
    since: one.since,
    reason: one.reason,
  },
  cpu_percent: one.cpuPercent ?? null,
  memory_bytes: one.memoryBytes ?? null,
});

const rolloutRow = (record: ReturnType<typeof readRollout>): RolloutRow => ({
  ...{ rollout: record.id, app: record.app, from: record.fromVersion ?? null, to: record.version },
  ...{ phase: record.phase, paused: record.paused, explained: record.explained },
  seconds: Math.round((Date.now() - record.startedAt) / 1000),
  hosts: Object.fromEntries(
    record.hosts.map(({ host, app, state }) => [app === undefined ? host : `${host} ${app}`, state]),
  ),
});
