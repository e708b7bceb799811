/** Through whom the doctor sees: the coordinator, which asks its hosts; or this program, which asks them itself. */
import { connectSidecar, type CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { readAnswers, readDiagnosis } from '@outrider/shared/rpc/codec.js';
import { askHostsFrom, diagnoseHost } from '@outrider/shared/rpc/diagnose.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { parseHostPort } from '@outrider/shared/runtime/listen.js';
import { findEndpoint } from '@outrider/shared/runtime/rendezvous.js';
import { readToken } from '@outrider/shared/runtime/token.js';
import { type Inventory, readInventory } from '../inventory.js';
import type { Eyes, KnownHost } from './look.js';

/** A host that hangs costs the coordinator this long, and us a little more. */
const LOOK_MS = 8_000;
/** An event takes this long at most to the history, while Redis is up. */
const HISTORY_MS = 3_000;
/** Clocks of Redis and of the coordinator may differ so much. */
const LOOK_BACK_MS = 10 * 60_000;
const LAST_ERRORS = 2_000;

/** Rejects where the coordinator can't be reached, or refuses to say anything. */
export async function eyesOfCoordinator(remote: CoordinatorRemote): Promise<Eyes> {
  const limits = { timeoutMs: LOOK_MS };
  const coordinator = readDiagnosis(await remote.Diagnose({}, limits));
  const { hosts } = await remote.Hosts({}, limits);
  return {
    ...{ endpoint: remote.endpoint, coordinator },
    hosts: hosts.map(({ name, address, endpoint }) => ({ name, address, endpoint })),
    diagnose: async ({ name }) => readDiagnosis(await remote.Diagnose({ host: name }, limits)),
    ask: async ({ name }, endpoints) =>
      readAnswers(await remote.AskHosts({ host: name, endpoints: [...endpoints] }, limits)),
    history: (ids) => historyOf(remote, ids, coordinator.nowMs),
  };
}

/**
 * Among the errors: there each one comes, while `Events` has only the first of its kind in a minute. `now`: of the
 * coordinator, epoch milliseconds.
 */
async function historyOf(remote: CoordinatorRemote, ids: readonly string[], now: number): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const missing = new Set(ids);
  if (missing.size === 0) return found;
  const signal = AbortSignal.timeout(HISTORY_MS);
  try {
    const ask = { follow: true, since: Math.max(0, now - LOOK_BACK_MS), lines: LAST_ERRORS };
    for await (const { error } of remote.Errors(ask, { signal })) {
      if (error === null || !missing.delete(error.id)) continue;
      found.add(error.id);
      if (missing.size === 0) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return found;
}

/** The hosts that the coordinator named when it last answered; none where it never did. */
export function ownEyes(environment: string | undefined, endpoint: string, error: unknown): Eyes {
  const inventory = inventoryOf(environment);
  return {
    ...{ endpoint, coordinator: undefined, problem: messageOf(error) },
    hosts: inventory.hosts.map(({ name, endpoint: place }) => ({
      ...{ name, endpoint: place, address: parseHostPort(place)?.host ?? '' },
    })),
    diagnose: (host) => withSidecar(host, inventory, (remote) => diagnoseHost(remote, { timeoutMs: LOOK_MS })),
    ask: (host, endpoints) =>
      withSidecar(host, inventory, (remote) => askHostsFrom(remote, endpoints, { timeoutMs: LOOK_MS })),
    history: async () => undefined,
  };
}

function inventoryOf(environment: string | undefined): Inventory {
  try {
    return readInventory(environment);
  } catch (error) {
    if (!(error instanceof OutriderError)) throw error;
    return { hosts: [], origin: messageOf(error) };
  }
}

async function withSidecar<T>(
  { endpoint }: KnownHost,
  { tokenFile }: Inventory,
  act: (remote: ReturnType<typeof connectSidecar>) => Promise<T>,
): Promise<T> {
  const token =
    findEndpoint('sidecar', endpoint)?.token ?? (tokenFile === undefined ? undefined : readToken(tokenFile));
  const remote = connectSidecar({ endpoint, token });
  try {
    return await act(remote);
  } finally {
    remote.close();
  }
}
