import type { Agent } from './messages.js';

export type Place = Pick<Agent, 'host' | 'app' | 'agent' | 'instance'>;

/** Of an instance, whatever process it is. */
export const keyOf = ({ host, app, agent, instance }: Place): string => `${host}/${app}/${agent}.${instance}`;
