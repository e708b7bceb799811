/** Finds the coordinator and its token, and calls it. gRPC is loaded only when it is needed. */
import { setTimeout as pause } from 'node:timers/promises';
import type { CoordinatorRemote } from '@outrider/shared/rpc/client.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { COORDINATOR_ENDPOINT } from '@outrider/shared/runtime/daemon-notes.js';
import { findEndpoint } from '@outrider/shared/runtime/rendezvous.js';
import { type Globals, QUESTION_MS } from './globals.js';
import { rememberInventory } from './inventory.js';

/** How long one of several addresses may take to answer at all. */
const CONNECT_WITHIN_MS = 2_000;

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
    const found = findEndpoint('coordinator', answeredBy, COORDINATOR_ENDPOINT);
    return [found ?? { endpoint: answeredBy ?? COORDINATOR_ENDPOINT, token: undefined }];
  }
  // Whoever answered last is asked first, so that the dead of the list are not waited for again and again.
  const known = globals.endpoints.filter((endpoint) => endpoint === answeredBy);
  const others = globals.endpoints.filter((endpoint) => endpoint !== answeredBy);
  return [...known, ...others].map((endpoint) => ({ endpoint, token: findEndpoint('coordinator', endpoint)?.token }));
}

/** `HOST:PORT` of whoever would be asked first. */
export const whereAsked = (globals: Globals): string => places(globals)[0]?.endpoint ?? COORDINATOR_ENDPOINT;

/** Calls the first coordinator that answers. `unavailable` where none does. */
export async function withCoordinator<T>(globals: Globals, act: (remote: CoordinatorRemote) => Promise<T>): Promise<T> {
  const { connectCoordinator } = await import('@outrider/shared/rpc/client.js');
  let last: unknown;
  const all = places(globals);
  for (const place of all) {
    const remote = connectCoordinator(place);
    try {
      // One that is silent must not take the time of the others.
      if (all.length > 1) await remote.connected(Math.min(CONNECT_WITHIN_MS, timeLimit(globals).timeoutMs));
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
  act: (remote: CoordinatorRemote, limits: { readonly timeoutMs: number }) => Promise<T>,
  onLost: (error: unknown) => void = () => undefined,
): Promise<T> {
  let said: unknown;
  for (;;) {
    // A wish for less than the question's own time is a wish for all of it.
    const leftMs = globals.timeoutMs === undefined ? Infinity : Math.max(1, deadline - Date.now());
    const limits = { timeoutMs: Math.min(timeLimit(globals).timeoutMs, leftMs) };
    try {
      return await withCoordinator(globals, (remote) => act(remote, limits));
    } catch (error) {
      if (!isAway(error)) throw error;
      // Why it can't be done tells more than that there was no time to say so again.
      if (!isTimeout(error)) said = error;
      if (Date.now() >= deadline) throw said ?? error;
      onLost(error);
    }
    await pause(250);
  }
}

const isTimeout = (error: unknown): boolean => error instanceof OutriderError && error.code === 'timeout';

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
  // It has answered.
  if (!error.message.startsWith('Cannot reach ')) return error;
  return new OutriderError(
    'unavailable',
    `${error.message} Is the coordinator running? (--endpoint names another; \`coordinator dev\` starts one here.)`,
    { cause: error },
  );
}
