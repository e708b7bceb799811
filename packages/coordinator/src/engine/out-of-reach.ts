/** Whether a host can be given commands, whoever else may hear of it. */
import type { FleetHost } from './ports.js';

export const isOutOfReach = ({ state, cutOff }: Pick<FleetHost, 'state' | 'cutOff'>): boolean =>
  state === 'down' || cutOff === true;
