import type { Agent } from './messages.js';

/** Of an instance, whatever process it is. */
export const keyOf = ({ host, app, agent, instance }: Agent): string => `${host}/${app}/${agent}.${instance}`;
