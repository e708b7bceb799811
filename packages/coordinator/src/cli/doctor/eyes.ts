/** Through whom the doctor sees: the coordinator, which asks its hosts; or this program, which asks them itself. */
import { setTimeout as pause } from 'node:timers/promises';
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
const HISTORY_EVERY_MS = 100;
const LAST_EVENTS = 500;

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
    history: (ids) => historyOf(remote, ids),
  };
}

async function historyOf(remote: CoordinatorRemote, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const until = Date.now() + HISTORY_MS;
  for (;;) {
    const found = new Set<string>();
    for await (const { id } of remote.Events({ lines: LAST_EVENTS }, { timeoutMs: HISTORY_MS })) found.add(id);
    if (ids.every((id) => found.has(id)) || Date.now() > until) return found;
    await pause(HISTORY_EVERY_MS);
  }
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
