/** When an emergency is over on a host. */
import type { AppStatus, HostStatus } from './host.js';

/** It is held, and each of its apps is where it goes back to, with every agent ready. */
export const isBack = ({ hold, apps }: HostStatus): boolean => hold !== undefined && apps.every(isAppBack);

export const isAppBack = ({ phase, converged, stuckOn }: AppStatus): boolean =>
  phase === 'held' && converged && stuckOn === undefined;
