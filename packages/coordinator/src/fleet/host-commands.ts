/** Commands to one host over gRPC, each with a deadline. Failures are `OutriderError`s from the client. */
import { readAppStatus, readHostStatus } from '@outrider/shared/rpc/codec.js';
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import type { HostCommands } from '../engine/ports.js';

const COMMAND_MS = 5_000;
/** A manifest of many files takes a while over a thin line. */
const STAGE_MS = 30_000;

/** `sources`: `HOST:PORT` of whoever serves blobs, as this host reaches them. */
export function hostCommands(remote: SidecarRemote, sources: () => readonly string[]): HostCommands {
  const limits = { timeoutMs: COMMAND_MS };
  return {
    bindEpoch: async (epoch, holder) => readHostStatus(await remote.BindEpoch({ epoch, holder }, limits)),
    stage: async (command, { release, manifest, hostSpec }) => {
      const files = { manifest: Buffer.from(manifest), hostSpec: Buffer.from(hostSpec) };
      const request = { command, release, ...files, sources: [...sources()] };
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
