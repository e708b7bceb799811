/** The question to a sidecar whether it could run a release, over gRPC. */
import { readPreflight, writeProof } from '@outrider/shared/rpc/codec.js';
import { sendManifest } from '@outrider/shared/rpc/manifest-message.js';
import { isUnknownCall } from '@outrider/shared/rpc/status.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { AskPreflight } from '../engine/ports.js';
import type { LiveFleet } from './live-fleet.js';

export const askPreflight =
  (fleet: Pick<LiveFleet, 'remote' | 'host' | 'patches' | 'proofOf'>): AskPreflight =>
  async (host, { app, release, manifest, hostSpec, strategy }, timeoutMs) => {
    const sidecar = fleet.remote(host);
    if (sidecar === undefined) throw new OutriderError('not_found', `There is no host "${host}" in this environment.`);
    const proof = writeProof(await fleet.proofOf(app, release));
    const request = { release, hostSpec: Buffer.from(hostSpec), strategy, proof };
    const document = { digest: release.digest, manifest };
    const patch = await fleet.patches.of(app, fleet.host(host)?.status, document);
    try {
      return readPreflight(
        await sendManifest((message) => sidecar.Preflight({ ...request, ...message }, { timeoutMs }), {
          ...{ app, manifest, patch },
        }),
      );
    } catch (error) {
      if (isUnknownCall(error)) return undefined;
      throw error;
    }
  };
