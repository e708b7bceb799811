/** `coordinator hosts --json`, and GET /hosts. */
import type { Host__Output } from '../gen/outrider/v1/Host.js';

export type HostDocument = ReturnType<typeof hostDocument>;

export const hostDocument = ({
  name,
  address,
  state,
  sidecar,
  apps,
  labels,
  hold,
  cutOff,
  flapping,
}: Host__Output) => ({
  name,
  address,
  state,
  sidecar: sidecar === null ? null : { pid: sidecar.pid, version: sidecar.version, started_at: sidecar.startedAt },
  apps: apps.map(({ app, version, previous, phase, kept, drifted, release }) => ({
    app,
    version: version ?? null,
    previous: previous ?? null,
    ...{ phase, kept },
    ...{ digest: release?.digest ?? null, spec_digest: release?.specDigest ?? null },
    drifted: drifted === null ? null : { expected: drifted.expected ?? null, rollout: drifted.rollout },
  })),
  labels,
  ...{ hold, cut_off: cutOff, flapping },
});
