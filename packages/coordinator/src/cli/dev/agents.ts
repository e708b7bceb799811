/** Stops the agents of a fleet on this machine through their sidecars, and starts the same again. */
import { connectSidecar } from '@outrider/shared/rpc/client.js';

const STOP_WITHIN_MS = 60_000;
const START_WITHIN_MS = 10 * 60_000;
/** Who stops them, so that the same can be started again, and nothing that a person has stopped. */
const BY = 'coordinator dev';

interface Sidecar {
  readonly endpoint: string;
  readonly token: string;
}

/** Every agent of this host, in order. A sidecar that cannot be asked is passed over. */
export async function stopAgents(sidecar: Sidecar, signal: AbortSignal): Promise<void> {
  const remote = connectSidecar(sidecar);
  try {
    await remote.ControlAgent({ all: true, action: 'stop', by: BY }, { timeoutMs: STOP_WITHIN_MS, signal });
  } catch {
    // Whatever is left is killed afterwards (leftovers.ts).
  } finally {
    remote.close();
  }
}

/** What `stopAgents` has stopped, when this folder was used before. Rejects where it can't be started. */
export async function startAgentsAgain(sidecar: Sidecar, signal: AbortSignal): Promise<void> {
  const remote = connectSidecar(sidecar);
  try {
    const { instances } = await remote.Status({}, { signal });
    const stopped = instances.filter((instance) => instance.reason.endsWith(`stopped by ${BY}`));
    for (const app of new Set(stopped.map((instance) => instance.app))) {
      const agents = new Set(stopped.filter((one) => one.app === app).map((one) => one.agent));
      const order = { app, agents: [...agents], action: 'start', by: BY };
      await remote.ControlAgent(order, { timeoutMs: START_WITHIN_MS, signal });
    }
  } finally {
    remote.close();
  }
}
