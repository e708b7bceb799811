/** Asks a sidecar by gRPC: for those of other machines, and for `--endpoint`. */
import { readHostStatus, readInstanceStatus } from '@outrider/shared/rpc/codec.js';
import { connectSidecar } from '@outrider/shared/rpc/client.js';
import type { CallOptions } from '@outrider/shared/rpc/methods.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { findEndpoint } from '@outrider/shared/runtime/rendezvous.js';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import type { Limit, SidecarCalls } from './calls.js';

export function overGrpc(endpoint: string): SidecarCalls {
  const remote = connectSidecar(findEndpoint('sidecar', endpoint) ?? { endpoint, token: undefined });
  const limited = ({ timeoutMs, signal }: Limit): CallOptions => ({
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(signal === undefined ? {} : { signal }),
  });
  const inWords = (error: unknown): never => {
    if (!(error instanceof OutriderError) || !error.message.startsWith('Cannot reach ')) throw error;
    throw new OutriderError('unavailable', `${error.message} Is the sidecar running there?`, { cause: error });
  };
  return {
    place: endpoint,
    status: async (limit) => readHostStatus(await remote.Status({}, limited(limit)).catch(inWords)),
    watch: async function* (limit): AsyncGenerator<HostStatus> {
      for await (const wire of remote.WatchStatus({}, limited(limit))) yield readHostStatus(wire);
    },
    control: async ({ agents, ...order }, limit) => {
      const answer = await remote
        .ControlAgent({ ...order, agents: [...agents], all: agents.length === 0 }, limited(limit))
        .catch(inWords);
      return answer.instances.map(readInstanceStatus);
    },
    revert: async ({ app, by, reason }, limit) => {
      await remote.Revert({ command: { app, by }, reason }, limited(limit)).catch(inWords);
    },
    // Sidecars of an earlier version know of one agent alone.
    logs: ({ agents, ...question }, limit) =>
      remote.Logs({ ...question, agent: agents[0] ?? '', agents: [...agents] }, limited(limit)),
    close: () => remote.close(),
  };
}
