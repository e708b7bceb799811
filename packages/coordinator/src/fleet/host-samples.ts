/** Samples of one host's agents over gRPC. Failures are `OutriderError`s from the client. */
import type { HostSamples } from '@outrider/shared/domain/gate.js';
import type { SidecarRemote } from '@outrider/shared/rpc/client.js';
import { readHostSamples } from '@outrider/shared/rpc/codec.js';

export async function hostSamples(
  remote: SidecarRemote,
  app: string,
  metrics: readonly string[],
  timeoutMs: number,
): Promise<HostSamples> {
  return readHostSamples(await remote.Samples({ app, metrics: [...metrics] }, { timeoutMs }));
}
