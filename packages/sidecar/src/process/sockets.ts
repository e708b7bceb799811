/**
 * Holds the sockets that agents listen on, so that old and new accept from the same one and the kernel queues
 * while neither runs. Opens, takes back and closes; never accepts, reads or writes.
 */
import { lstatSync, unlinkSync } from 'node:fs';
import type { SocketSpec } from '@outrider/shared/domain/agent.js';
import { OutriderError, messageOf } from '@outrider/shared/runtime/errors.js';
import { type SocketAddress, formatAddress, spellingOf } from '@outrider/shared/runtime/listen.js';
import type { HeldSocket, ProcessIdentity } from '../agent/identity.js';
import type { Sockets } from '../supervise/ports.js';
import { listeningUnixInodes } from './connection.js';
import { closeDescriptor } from './libc/descriptors.js';
import { SystemCallError } from './libc/library.js';
import { boundAddress, openListener } from './libc/sockets.js';
import { encodeAddress, parseListenAddress, portOf } from './socket-address.js';
import { recoverListeners } from './socket-recovery.js';

interface Holding {
  readonly app: string;
  /** The one that had it opened. */
  readonly agent: string;
  readonly fd: number;
  readonly address: string;
}

export const createSockets = (): Sockets => new HeldSockets();

class HeldSockets implements Sockets {
  /** By the address as declared, in one spelling. */
  readonly #holdings = new Map<string, Holding>();

  hold(app: string, agent: string, sockets: readonly SocketSpec[]): readonly HeldSocket[] {
    const opened: string[] = [];
    try {
      return sockets.map((spec) => {
        const key = keyOf(spec);
        if (!this.#has(app, agent, spec)) {
          this.#keep(app, agent, spec, open(spec));
          opened.push(key);
        }
        return this.#held(spec);
      });
    } catch (error) {
      // All or none: what is refused leaves nothing behind.
      for (const key of opened) this.#close(key);
      throw error;
    }
  }

  release(app: string, declared: readonly SocketSpec[]): void {
    const wanted = new Set(declared.map(({ listen }) => spellingOf(listen)));
    for (const [key, holding] of this.#holdings) {
      if (holding.app === app && !wanted.has(key)) this.#close(key);
    }
  }

  recover(
    app: string,
    agent: string,
    sockets: readonly SocketSpec[],
    identity: ProcessIdentity,
  ): readonly HeldSocket[] | undefined {
    const missing = sockets.filter((spec) => !this.#has(app, agent, spec));
    const addresses = missing.map((spec) => parseListenAddress(spec.listen));
    const fds = recoverListeners(addresses, identity);
    if (fds === undefined) return undefined;
    missing.forEach((spec, index) => this.#keep(app, agent, spec, fds[index] ?? -1));
    return sockets.map((spec) => this.#held(spec));
  }

  /** Within an app a socket may move to another agent, while the one that had it still runs. */
  #has(app: string, agent: string, spec: SocketSpec): boolean {
    const holding = this.#holdings.get(keyOf(spec));
    if (holding === undefined || holding.app === app) return holding !== undefined;
    throw new OutriderError(
      'refused',
      `Cannot listen on ${spec.listen} for agent ${agent} of app ${app}: ` +
        `agent ${holding.agent} of app ${holding.app} has it. Give one of them another address.`,
    );
  }

  #keep(app: string, agent: string, spec: SocketSpec, fd: number): void {
    this.#holdings.set(keyOf(spec), { app, agent, fd, address: addressOf(spec, fd) });
  }

  #held(spec: SocketSpec): HeldSocket {
    const holding = this.#holdings.get(keyOf(spec));
    if (holding === undefined) throw new OutriderError('internal', `The socket ${spec.listen} is not held.`);
    return { name: spec.name, fd: holding.fd, address: holding.address };
  }

  #close(key: string): void {
    const holding = this.#holdings.get(key);
    if (holding === undefined) return;
    this.#holdings.delete(key);
    closeDescriptor(holding.fd);
    if (holding.address.startsWith('/')) clearStalePath({ kind: 'unix', path: holding.address });
  }
}

const keyOf = (spec: SocketSpec): string => formatAddress(parseListenAddress(spec.listen));

/** As bound: a port of 0 is the kernel's choice by now. */
function addressOf(spec: SocketSpec, fd: number): string {
  const address = parseListenAddress(spec.listen);
  return formatAddress(address.kind === 'unix' ? address : { ...address, port: portOf(boundAddress(fd)) });
}

function open(spec: SocketSpec): number {
  const address = parseListenAddress(spec.listen);
  const { family, bytes } = encodeAddress(address);
  try {
    clearStalePath(address);
    return openListener(family, bytes);
  } catch (error) {
    throw refusal(spec, error);
  }
}

/** A unix socket's file outlives its sockets: one that nobody listens on may go. */
function clearStalePath(address: SocketAddress): void {
  if (address.kind !== 'unix' || listeningUnixInodes(address.path).length > 0) return;
  const found = lstatSync(address.path, { throwIfNoEntry: false });
  if (found?.isSocket() === true) unlinkSync(address.path);
}

function refusal(spec: SocketSpec, error: unknown): OutriderError {
  if (error instanceof OutriderError) return error;
  const code = error instanceof SystemCallError ? error.code : '';
  if (code === 'EADDRINUSE') {
    return new OutriderError(
      'refused',
      `Cannot listen on ${spec.listen} (socket ${spec.name}): the address is taken by another program. End that program or declare another address.`,
      { cause: error },
    );
  }
  const advice = code === 'EADDRNOTAVAIL' ? 'This machine has no such address.' : 'Check the address of the socket.';
  return new OutriderError(
    'refused',
    `Cannot listen on ${spec.listen} (socket ${spec.name}): ${messageOf(error)}. ${advice}`,
    { cause: error },
  );
}
