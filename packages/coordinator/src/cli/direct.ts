/** Speaks to sidecars itself, all at once, each with a time of its own: for when no coordinator does. */
import { setTimeout as pause } from 'node:timers/promises';
import { isBack } from '@outrider/shared/domain/host-back.js';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { readHostStatus } from '@outrider/shared/rpc/codec.js';
import { connectSidecar, type SidecarRemote } from '@outrider/shared/rpc/client.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { findEndpoint } from '@outrider/shared/runtime/rendezvous.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import { readToken } from '@outrider/shared/runtime/token.js';
import { isAway } from './connection.js';
import { readHostsFile } from './hosts-file.js';
import { type Inventory, readInventory } from './inventory.js';
import type { InventoryHost } from './inventory-notes.js';

export type DirectState = 'held' | 'back' | 'free' | 'late' | 'refused' | 'unreachable';

/** How far it has come with one host. */
export interface DirectAnswer {
  readonly host: string;
  readonly endpoint: string;
  readonly state: DirectState;
  /** What it said last. */
  readonly status?: HostStatus;
  /** A sentence. */
  readonly problem?: string;
}

export interface DirectAsk {
  readonly environment: string | undefined;
  readonly hostsFile: string | undefined;
  /** Undefined: every one. */
  readonly hosts: readonly string[] | undefined;
}

/** @throws OutriderError('invalid') where a host is not known. */
export function inventoryFor({ environment, hostsFile, hosts }: DirectAsk): Inventory {
  const whole = hostsFile === undefined ? readInventory(environment) : readHostsFile(hostsFile);
  const inventory = environment === undefined ? whole : { ...whole, environment };
  if (hosts === undefined) return inventory;
  const known = inventory.hosts.map(({ name }) => name);
  const unknown = hosts.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const near = didYouMean(unknown, known) || ` Known are ${known.join(', ')}.`;
    throw new OutriderError('invalid', `${unknown} is no host of ${inventory.origin}.${near}`);
  }
  return { ...inventory, hosts: inventory.hosts.filter(({ name }) => hosts.includes(name)) };
}

const ANSWER_MS = 10_000;
const TRY_AGAIN_MS = 250;

export interface Times {
  /** Until a host has answered. */
  readonly answerMs: number;
  /** Until everything on it is back, from the beginning on. */
  readonly backMs: number;
}

export const timesOf = (timeoutMs: number | undefined, backMs: number): Times => ({
  answerMs: Math.min(ANSWER_MS, timeoutMs ?? ANSWER_MS),
  backMs: timeoutMs ?? backMs,
});

type Tell = (answer: DirectAnswer) => void;

/** Everything back and held, on each host. `tell` hears of each step; resolves with the last of each host. */
export function emergencyOn(
  inventory: Inventory,
  order: { readonly by: string; readonly reason: string },
  times: Times,
  tell: Tell,
): Promise<readonly DirectAnswer[]> {
  return onEach(inventory, tell, async (remote, host) => {
    const started = Date.now();
    const meant = { ...order, host: host.name, environment: inventory.environment ?? '' };
    const call = (timeoutMs: number) => remote.Emergency(meant, { timeoutMs });
    const status = readHostStatus(await insist(call, times.answerMs));
    if (!isBack(status)) tell({ host: host.name, endpoint: host.endpoint, state: 'held', status });
    return isBack(status) ? { state: 'back', status } : watchBack(remote, status, started + times.backMs);
  });
}

export function resumeOn(inventory: Inventory, by: string, times: Times, tell: Tell): Promise<readonly DirectAnswer[]> {
  return onEach(inventory, tell, async (remote, host) => {
    const meant = { by, host: host.name, environment: inventory.environment ?? '' };
    const call = (timeoutMs: number) => remote.Resume(meant, { timeoutMs });
    return { state: 'free', status: readHostStatus(await insist(call, times.answerMs)) };
  });
}

type Outcome = Pick<DirectAnswer, 'state' | 'status' | 'problem'>;

function onEach(
  { hosts, tokenFile }: Inventory,
  tell: Tell,
  act: (remote: SidecarRemote, host: InventoryHost) => Promise<Outcome>,
): Promise<readonly DirectAnswer[]> {
  return Promise.all(
    hosts.map(async (host) => {
      const outcome = await actOn(host, tokenFile, act).catch(failureOf);
      const answer = { host: host.name, endpoint: host.endpoint, ...outcome };
      tell(answer);
      return answer;
    }),
  );
}

async function actOn(
  host: InventoryHost,
  tokenFile: string | undefined,
  act: (remote: SidecarRemote, host: InventoryHost) => Promise<Outcome>,
): Promise<Outcome> {
  const { endpoint } = host;
  // A sidecar of this machine has left a note that says where its token is.
  const token =
    findEndpoint('sidecar', endpoint)?.token ?? (tokenFile === undefined ? undefined : readToken(tokenFile));
  const remote = connectSidecar({ endpoint, token });
  try {
    return await act(remote, host);
  } finally {
    remote.close();
  }
}

function failureOf(error: unknown): Outcome {
  if (!(error instanceof OutriderError)) throw error;
  if (isAway(error)) return { state: 'unreachable', problem: messageOf(error) };
  const hint = error.code === 'unauthenticated' ? ' Name the file of its token in OUTRIDER_TOKEN_FILE.' : '';
  return { state: 'refused', problem: `${messageOf(error)}${hint}` };
}

/** A sidecar that is just being started again is there in a moment. */
async function insist<T>(call: (timeoutMs: number) => Promise<T>, withinMs: number): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await call(Math.max(1, until - Date.now()));
    } catch (error) {
      if (!isAway(error) || Date.now() + TRY_AGAIN_MS >= until) throw error;
    }
    await pause(TRY_AGAIN_MS);
  }
}

/** Through restarts of the sidecar, which goes on where it was. */
async function watchBack(remote: SidecarRemote, first: HostStatus, until: number): Promise<Outcome> {
  let status = first;
  while (Date.now() < until) {
    try {
      for await (const wire of remote.WatchStatus({}, { timeoutMs: Math.max(1, until - Date.now()) })) {
        status = readHostStatus(wire);
        if (isBack(status)) return { state: 'back', status };
        if (status.hold === undefined) return { state: 'late', status, problem: 'It was resumed meanwhile.' };
      }
    } catch (error) {
      if (!isAway(error)) throw error;
    }
    await pause(Math.min(TRY_AGAIN_MS, Math.max(0, until - Date.now())));
  }
  return { state: 'late', status, problem: 'It is held, and not everything on it is back in time; it goes on.' };
}
