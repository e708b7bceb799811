/** Whether a host has memory for an old and a new set of agents at once. Knows figures, no host. */
import type { HostAgent } from './agent.js';
import type { InstanceStatus } from './host.js';
import { canOverlap } from './overlap.js';
import type { PlannedAction } from './rollout.js';

export interface Newcomer {
  readonly agent: string;
  /** How many of it are started beside what runs. */
  readonly instances: number;
  /** What it has set aside, each instance. */
  readonly reservedBytes?: number;
  /** What an instance of the version that runs uses now. */
  readonly measuredBytes?: number;
  /** What an instance may use at most. */
  readonly limitBytes?: number;
}

type Known = Pick<HostAgent, 'name' | 'order' | 'exclusive' | 'sockets' | 'healthchecks' | 'resources'>;

/** Of what a host would do: agents that are started beside what runs. What can't overlap takes the room of its old version. */
export function newcomersOf(
  actions: readonly PlannedAction[],
  after: readonly Known[],
  running: readonly Pick<InstanceStatus, 'agent' | 'memoryBytes'>[],
): readonly Newcomer[] {
  return after.flatMap((agent) => {
    const mine = actions.filter((one) => one.agent === agent.name && isStarted(one, agent));
    if (mine.length === 0) return [];
    const measured = running.flatMap((one) => (one.agent === agent.name ? (one.memoryBytes ?? []) : []));
    const { memoryBytes: limitBytes, reservations: { memoryBytes: reservedBytes } = {} } = agent.resources ?? {};
    return [
      {
        agent: agent.name,
        instances: mine.length,
        ...(reservedBytes === undefined ? {} : { reservedBytes }),
        ...(measured.length === 0 ? {} : { measuredBytes: Math.max(...measured) }),
        ...(limitBytes === undefined ? {} : { limitBytes }),
      },
    ];
  });
}

const isStarted = ({ action }: PlannedAction, agent: Known): boolean =>
  action === 'add' || (action === 'replace' && canOverlap(agent) === true);

export interface MemoryForBoth {
  /** True where nothing is known of the host or of an agent too: see `unknown`. */
  readonly fits: boolean;
  /** Of the agents of which anything is known. */
  readonly neededBytes: number;
  /** What may be used of what is free. */
  readonly usableBytes: number;
  /** Agents of which nothing is known, in the order given; and '' where nothing is known of the host. */
  readonly unknown: readonly string[];
}

/** Of all memory; stays free for the machine itself. */
const KEPT_FREE = 0.05;

/**
 * What runs is counted in what is free already, so only what is new needs room: what it reserves or what its old
 * version uses, whichever is more, and never more than its limit; its limit where nothing else is known.
 */
export function memoryForBoth(
  newcomers: readonly Newcomer[],
  host: { readonly memoryAvailableBytes?: number; readonly memoryTotalBytes?: number },
): MemoryForBoth {
  const { memoryAvailableBytes: available, memoryTotalBytes: total = 0 } = host;
  const needs = newcomers.map((one) => ({ ...one, each: eachNeeds(one) }));
  const neededBytes = needs.reduce((sum, { instances, each = 0 }) => sum + instances * each, 0);
  const usableBytes = Math.max(0, Math.floor((available ?? 0) - total * KEPT_FREE));
  const unknown = needs.filter(({ each, instances }) => each === undefined && instances > 0).map(({ agent }) => agent);
  return {
    fits: available === undefined || neededBytes <= usableBytes,
    neededBytes,
    usableBytes,
    unknown: available === undefined ? [...unknown, ''] : unknown,
  };
}

function eachNeeds({ reservedBytes, measuredBytes, limitBytes }: Newcomer): number | undefined {
  if (reservedBytes === undefined && measuredBytes === undefined) return limitBytes;
  return Math.min(Math.max(reservedBytes ?? 0, measuredBytes ?? 0), limitBytes ?? Infinity);
}
