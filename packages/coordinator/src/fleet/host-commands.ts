/** Commands to one host over gRPC, each with a deadline. Failures are `OutriderError`s from the client. */
import { readAppStatus, readHostStatus, writeProof } from '@outrider/shared/rpc/codec.js';
import { sendManifest } from '@outrider/shared/rpc/manifest-message.js';
import type { Patch } from '@outrider/shared/release/patch.js';
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import type { StagePeer } from '@outrider/shared/domain/host.js';
import type { HostCommands } from '../engine/ports.js';
import type { Staged } from './peers.js';
import type { ProofOf } from './ports.js';

const COMMAND_MS = 5_000;
/** A manifest of many files takes a while over a thin line. */
const STAGE_MS = 30_000;

export interface HostCommandOptions {
  readonly remote: SidecarRemote;
  /** `HOST:PORT` of coordinators, as this host reaches them. */
  readonly sources: () => readonly string[];
  readonly peers: (staged: Staged) => StagePeer[];
  readonly patchOf: (
    app: string,
    document: { readonly digest: string; readonly manifest: Uint8Array },
  ) => Promise<Patch | undefined>;
  readonly proofOf: ProofOf;
}

export function hostCommands({ remote, sources, peers, patchOf, proofOf }: HostCommandOptions): HostCommands {
  const limits = { timeoutMs: COMMAND_MS };
  return {
    bindEpoch: async (epoch, holder) => readHostStatus(await remote.BindEpoch({ epoch, holder }, limits)),
    stage: async (command, { release, manifest, hostSpec, together = [] }) => {
      const { app } = command;
      const proof = writeProof(await proofOf(app, release));
      const from = { sources: [...sources()], peers: peers({ app, digest: release.digest, together }) };
      const request = { command, release, hostSpec: Buffer.from(hostSpec), ...from, proof };
      const patch = await patchOf(app, { digest: release.digest, manifest });
      return readAppStatus(
        await sendManifest((message) => remote.Stage({ ...request, ...message }, { timeoutMs: STAGE_MS }), {
          ...{ app, manifest, patch },
        }),
      );
    },
    switchTo: async (command, release, confirmWithinMs, rolloutRecord, how = {}) => {
      const proof = writeProof(await proofOf(command.app, release));
      const request = { command, release, confirmWithinMs, rolloutRecord, ...how, proof };
      return readAppStatus(await remote.Switch(request, limits));
    },
    renew: async (renewal) => readAppStatus(await remote.Renew({ ...renewal }, limits)),
    commit: async (command) => readAppStatus(await remote.Commit({ command, reason: '' }, limits)),
    revert: async (command, reason, noGrace = false) =>
      readAppStatus(await remote.Revert({ command, reason, noGrace }, limits)),
  };
}
