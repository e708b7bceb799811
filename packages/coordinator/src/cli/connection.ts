/** Finds the coordinator and its token, and calls it. gRPC is loaded only when it is needed. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { findEndpoint } from '@outrider/shared/runtime/rendezvous.js';
import { type Globals, QUESTION_MS } from './globals.js';
import { rememberInventory } from './inventory.js';

const DEFAULT_ENDPOINT = '127.0.0.1:7077';

interface Place {
  readonly endpoint: string;
  readonly token: string | undefined;
}

/**
 * Whoever has answered this command once: while it is away its note counts for nothing, and another coordinator of
 * this machine must not be asked in its place.
 */
let answeredBy: string | undefined;

/** Where a coordinator may be, best first. The token is read anew for each attempt. */
function places(globals: Globals): readonly Place[] {
  if (globals.endpoints.length === 0) {
    const found = findEndpoint('coordinator', answeredBy, DEFAULT_ENDPOINT);
    return [found ?? { endpoint: answeredBy ?? DEFAULT_ENDPOINT, token: undefined }];
  }
  return globals.endpoints.map((endpoint) => ({ endpoint, token: findEndpoint('coordinator', endpoint)?.token }));
}

/** Calls the first coordinator that answers. `unavailable` where none does. */
export async function withCoordinator<T>(globals: Globals, act: (remote: CoordinatorRemote) => Promise<T>): Promise<T> {
  const { connectCoordinator } = await import('@outrider/shared/rpc/client.js');
  let last: unknown;
  for (const place of places(globals)) {
    const remote = connectCoordinator(place);
    try {
      await checkEnvironment(globals, remote);
      const answer = await act(remote);
      await remember(remote);
      answeredBy = place.endpoint;
      return answer;
    } catch (error) {
      if (!isAway(error)) throw error;
      last = error;
    } finally {
      remote.close();
    }
  }
  throw explained(last);
}

/** Once is enough: whoever begins with a command goes on with the same coordinator. */
async function remember(remote: CoordinatorRemote): Promise<void> {
  if (answeredBy === undefined) await rememberInventory(remote);
}

/** For questions: the time that `--timeout` gives, else 30 s. */
export const timeLimit = (globals: Globals): { readonly timeoutMs: number } => ({
  timeoutMs: globals.timeoutMs ?? QUESTION_MS,
});

export const isAway = (error: unknown): boolean =>
  error instanceof OutriderError && (error.code === 'unavailable' || error.code === 'timeout');

/**
 * Does something that may be done twice without harm until it is answered, through restarts of the
 * coordinator. Rejects with `timeout` once `deadline` (epoch milliseconds) has passed.
 */
export async function persistently<T>(
  globals: Globals,
  deadline: number,
  act: (remote: CoordinatorRemote) => Promise<T>,
  onLost: (error: unknown) => void = () => undefined,
): Promise<T> {
  for (;;) {
    try {
      return await withCoordinator(globals, act);
    } catch (error) {
      if (!isAway(error)) throw error;
      if (Date.now() >= deadline) throw error;
      onLost(error);
    }
    await pause(250);
  }
}

async function checkEnvironment(globals: Globals, remote: CoordinatorRemote): Promise<void> {
  if (globals.environment === undefined) return;
  const { environment } = await remote.Status({}, timeLimit(globals));
  if (environment === globals.environment) return;
  throw new OutriderError(
    'refused',
    `The coordinator at ${remote.endpoint} serves ${environment}, not ${globals.environment}. Name another --endpoint.`,
  );
}

function explained(error: unknown): unknown {
  if (!(error instanceof OutriderError) || error.code !== 'unavailable') return error;
  return new OutriderError(
    'unavailable',
    `${error.message} Is the coordinator running? (--endpoint names another; \`coordinator dev\` starts one here.)`,
    { cause: error },
  );
}
