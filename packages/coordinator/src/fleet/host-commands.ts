/** Commands to one host over gRPC, each with a deadline. Failures are `OutriderError`s from the client. */
import { readAppStatus, readHostStatus } from '@outrider/shared/rpc/codec.js';
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import type { StagePeer } from '@outrider/shared/domain/host.js';
import type { HostCommands } from '../engine/ports.js';
import type { Staged } from './peers.js';

const COMMAND_MS = 5_000;
/** A manifest of many files takes a while over a thin line. */
const STAGE_MS = 30_000;

/** Where a host gets contents from, as it reaches them. */
export interface StageSources {
  /** `HOST:PORT` of coordinators. */
  readonly coordinators: () => readonly string[];
  readonly peers: (staged: Staged) => StagePeer[];
}

export function hostCommands(remote: SidecarRemote, { coordinators, peers }: StageSources): HostCommands {
  const limits = { timeoutMs: COMMAND_MS };
  return {
    bindEpoch: async (epoch, holder) => readHostStatus(await remote.BindEpoch({ epoch, holder }, limits)),
    stage: async (command, { release, manifest, hostSpec, together = [] }) => {
      const files = { manifest: Buffer.from(manifest), hostSpec: Buffer.from(hostSpec) };
      const { app } = command;
      const from = { sources: [...coordinators()], peers: peers({ app, digest: release.digest, together }) };
      const request = { command, release, ...files, ...from };
      return readAppStatus(await remote.Stage(request, { timeoutMs: STAGE_MS }));
    },
    switchTo: async (command, release, confirmWithinMs, rolloutRecord, how = {}) =>
      readAppStatus(await remote.Switch({ command, release, confirmWithinMs, rolloutRecord, ...how }, limits)),
    renew: async (renewal) => readAppStatus(await remote.Renew({ ...renewal }, limits)),
    commit: async (command) => readAppStatus(await remote.Commit({ command, reason: '' }, limits)),
    revert: async (command, reason, noGrace = false) =>
      readAppStatus(await remote.Revert({ command, reason, noGrace }, limits)),
  };
}
