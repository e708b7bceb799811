/** The health of the fleet, by the same rule as the coordinator's own figure. */
import { fleetHealth } from '@outrider/shared/domain/health-score.js';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import type { Agent } from './messages.js';

/** 0 to 1. */
export const healthOf = (agents: readonly Agent[]): number =>
  fleetHealth(agents.filter(({ kept }) => !kept).map(asReported)).score;

const asReported = ({ health, kept: _kept, memory: _memory, cpu: _cpu, ...agent }: Agent): InstanceStatus => ({
  ...agent,
  healthScore: health,
  fingerprint: '',
});
