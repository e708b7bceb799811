/** The question to a sidecar whether it could run a release, over gRPC. */
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import { readPreflight } from '@outrider/shared/rpc/codec.js';
import { isUnknownCall } from '@outrider/shared/rpc/status.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { AskPreflight } from '../engine/ports.js';

export const askPreflight =
  (remote: (host: string) => SidecarRemote | undefined): AskPreflight =>
  async (host, { release, manifest, hostSpec, strategy }, timeoutMs) => {
    const sidecar = remote(host);
    if (sidecar === undefined) throw new OutriderError('not_found', `There is no host "${host}" in this environment.`);
    const request = { release, manifest: Buffer.from(manifest), hostSpec: Buffer.from(hostSpec), strategy };
    try {
      return readPreflight(await sidecar.Preflight(request, { timeoutMs }));
    } catch (error) {
      if (isUnknownCall(error)) return undefined;
      throw error;
    }
  };
