/** The question to a sidecar for a host spec that it was given, over gRPC. */
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { AskSpec } from '../engine/ports.js';

export const askSpec =
  (remote: (host: string) => SidecarRemote | undefined): AskSpec =>
  async (host, app, specDigest, timeoutMs) => {
    const sidecar = remote(host);
    if (sidecar === undefined) throw new OutriderError('not_found', `There is no host "${host}" in this environment.`);
    const { hostSpec } = await sidecar.KnownSpec({ app, specDigest }, { timeoutMs });
    return Buffer.from(hostSpec).toString('utf8');
  };
