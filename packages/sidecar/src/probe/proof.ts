/**
 * Proves which process answers at an address that an old and a new instance share: an answer from there counts
 * only if the accepted end of the connection belongs to the instance that was asked.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { formatHostPort, isWildcard, parseHostPort } from '@outrider/shared/runtime/listen.js';
import type { ProbeTarget, Processes } from '../supervise/ports.js';
import type { Answer } from './answer.js';
import { failed, unproven } from './answer.js';
import type { Deadline } from './deadline.js';

export type OwnsConnection = Processes['ownsConnection'];

/** Whoever looks at a connection this soon after accept() may find it in no table of descriptors yet. */
const SETTLE_MS = 10;
/** Each look reads the whole table of connections. */
const POLL_MS = 20;
/** Connections tried in one question until the asked instance takes one. */
const MOST_TRIES = 8;

const numeric = (host: string): boolean => /^[\d.]+$/.test(host) || host.includes(':');
const plain = (host: string): string => {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return bare === 'localhost' ? '127.0.0.1' : bare;
};

/** Whether host and port are one of `shared`. A name that is no address might be any of them: counted as shared. */
export function isShared(host: string, port: number, shared: readonly string[]): boolean {
  const asked = plain(host);
  return shared.some((address) => {
    const place = parseHostPort(address);
    if (place?.port !== port) return false;
    const held = plain(place.host);
    return held === asked || isWildcard(held) || isWildcard(asked) || !numeric(asked) || !numeric(held);
  });
}

export type Connected = { readonly socket: Socket } | { readonly answer: Answer };

/**
 * A connection that the asked instance has accepted, or why there is none. The caller closes it; nothing was sent
 * on it. Connections that others take are closed at once and tried again.
 * @throws what connecting throws
 */
export async function connectProven(
  host: string,
  port: number,
  target: ProbeTarget,
  owns: OwnsConnection,
  deadline: Deadline,
): Promise<Connected> {
  const where = formatHostPort({ host, port });
  const nobody = failed(`Nobody accepts connections to ${where} in time.`);
  const other = unproven(`Another instance that shares ${where} answers there.`);
  deadline.ifLate(nobody);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const socket = await connectTo(host, port, deadline);
    const owner = await ownerOf(socket, target, owns, deadline).catch((error: unknown) => {
      socket.destroy();
      throw error;
    });
    if (owner === 'asked') {
      deadline.ifLate(undefined);
      return { socket };
    }
    socket.destroy();
    if (owner === 'other') deadline.ifLate(other);
    if (deadline.isOver) break;
  }
  return { answer: other };
}

async function ownerOf(
  socket: Socket,
  target: ProbeTarget,
  owns: OwnsConnection,
  deadline: Deadline,
): Promise<'asked' | 'other' | 'nobody'> {
  const [from, to] = endsOf(socket);
  let refusedSince: number | undefined;
  while (!deadline.isOver && !socket.destroyed) {
    const verdict = await owns(target.identity, target.incarnation, from, to);
    if (verdict === true) return 'asked';
    if (verdict === false) {
      refusedSince ??= performance.now();
      if (performance.now() - refusedSince >= SETTLE_MS) return 'other';
    }
    await wait(POLL_MS);
  }
  return refusedSince === undefined ? 'nobody' : 'other';
}

const endsOf = (socket: Socket): [string, string] => [
  formatHostPort({ host: socket.localAddress ?? '', port: socket.localPort ?? 0 }),
  formatHostPort({ host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }),
];

/** One for all: to make an error for each question would be most of what one costs. */
const OVER = new Error('The question is over.');

/** @throws what connecting throws */
export function connectTo(host: string, port: number, deadline: Deadline): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const forget = deadline.onOver(() => void socket.destroy(OVER));
    socket.once('close', forget);
    socket.once('connect', () => {
      socket.off('error', reject);
      // From here on its end is seen by whoever reads or writes.
      socket.on('error', () => undefined);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
