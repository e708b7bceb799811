/** `coordinator status --json`, and GET /fleet. */
import type { AppSummary__Output } from '../gen/outrider/v1/AppSummary.js';
import type { FleetStatus__Output } from '../gen/outrider/v1/FleetStatus.js';

export type FleetDocument = ReturnType<typeof fleetDocument>;

export const fleetDocument = (status: FleetStatus__Output) => ({
  environment: status.environment,
  state: status.state,
  missing: status.missing,
  leader: status.leader,
  redis: status.redis,
  hosts: { total: status.hostsTotal, up: status.hostsUp },
  held: status.held,
  drifted: status.drifted.map(({ host, app, version, expected, rollout }) => ({
    ...{ host, app, version: version ?? null, expected: expected ?? null, rollout },
  })),
  flapping: status.flapping,
  agents: { total: status.agentsTotal, ready: status.agentsReady },
  apps: status.apps.map(appDocument),
});

const appDocument = ({ onTrial, waitsFor, specDigests, ...app }: AppSummary__Output) => ({
  app: app.app,
  version: app.version ?? null,
  ...{ digest: app.digest ?? null, spec_digests: specDigests },
  kept: app.kept,
  on_trial: onTrial,
  rollout: app.rollout ?? null,
  phase: app.phase ?? null,
  waits_for: waitsFor ?? null,
  explained: app.explained ?? null,
});
