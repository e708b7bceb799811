/** How long agents took to be ready, by what their hosts have told. */
import { medianOf } from './median.js';

export interface AgentMoment {
  readonly type: 'agent.starting' | 'agent.ready';
  readonly host: string;
  readonly app: string;
  readonly agent: string;
  readonly instance: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

const LOOKED_AT = 5;

/** Milliseconds by agent, of one host and app: the median of the last starts. `moments`: oldest first. */
export function startTimes(moments: readonly AgentMoment[], host: string, app: string): ReadonlyMap<string, number> {
  const begun = new Map<string, number>();
  const took = new Map<string, number[]>();
  for (const { type, agent, instance, at } of moments.filter((one) => one.host === host && one.app === app)) {
    const key = `${agent}.${instance}`;
    const since = begun.get(key);
    if (type === 'agent.starting') begun.set(key, at);
    else if (since !== undefined) {
      // Ready again later, after it was unwell, is no start.
      begun.delete(key);
      took.set(agent, [...(took.get(agent) ?? []), at - since]);
    }
  }
  return new Map([...took].map(([agent, list]) => [agent, medianOf(list.slice(-LOOKED_AT)) ?? 0]));
}
