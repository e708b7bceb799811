/**
 * Holds the sockets that agents listen on, so that old and new accept from the same one and the kernel queues
 * while neither runs. Opens, takes back and closes; never accepts, reads or writes.
 */
import type { SocketSpec } from '@outrider/shared/domain/agent.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { formatAddress, spellingOf } from '@outrider/shared/runtime/listen.js';
import type { HeldSocket, ProcessIdentity } from '../agent/identity.js';
import type { Credentials, Sockets } from '../supervise/ports.js';
import { FdStore } from './fd-store.js';
import { type InheritedSocket, InheritedSockets, storedName } from './inherited-sockets.js';
import { boundAddress } from './libc/sockets.js';
import { closeListener, openListener } from './listener.js';
import { parseListenAddress, portOf } from './socket-address.js';
import { recoverListeners } from './socket-recovery.js';

interface Holding {
  readonly app: string;
  /** The one that had it opened. */
  readonly agent: string;
  readonly fd: number;
  readonly address: string;
  /** It was there before this sidecar. */
  readonly inherited?: InheritedSocket;
}

export interface HostSockets extends Sockets {
  /** Sentences on what systemd passed on and no agent can be given. */
  readonly problems: readonly string[];
  /** `ADDRESS (NAME)` of what systemd passed on and no agent has declared yet. */
  readonly undeclared: readonly string[];
}

/** `store`: where they are kept for the next sidecar, and what came from there. */
export const createSockets = (store: FdStore = new FdStore({})): HostSockets => new HeldSockets(store);

class HeldSockets implements HostSockets {
  readonly #store: FdStore;
  readonly #inherited: InheritedSockets;
  /** By the address as declared, in one spelling. */
  readonly #holdings = new Map<string, Holding>();
  /** Those that an earlier sidecar had and nobody has kept; to their app. */
  readonly #lost = new Map<string, string>();

  constructor(store: FdStore) {
    this.#store = store;
    this.#inherited = new InheritedSockets(store);
  }

  get problems(): readonly string[] {
    return this.#inherited.problems;
  }
  get undeclared(): readonly string[] {
    return this.#inherited.undeclared;
  }

  hold(app: string, agent: string, sockets: readonly SocketSpec[], owner?: Credentials): readonly HeldSocket[] {
    const fresh: SocketSpec[] = [];
    try {
      for (const spec of sockets) {
        if (this.#has(app, agent, spec) || this.#inherit(app, agent, spec)) continue;
        this.#keep(app, agent, spec, openListener(spec, owner));
        fresh.push(spec);
      }
    } catch (error) {
      // All or none: what is refused leaves nothing behind.
      for (const spec of fresh) this.#close(keyOf(spec));
      throw error;
    }
    for (const spec of fresh) this.#remember(app, spec);
    return sockets.map((spec) => this.#held(spec));
  }

  release(app: string, declared: readonly SocketSpec[]): void {
    const wanted = new Set(declared.map(({ listen }) => spellingOf(listen)));
    for (const [key, holding] of this.#holdings) {
      if (holding.app === app && !wanted.has(key)) this.#close(key);
    }
    for (const [key, owner] of this.#lost) {
      if (owner === app && !wanted.has(key)) this.#lost.delete(key);
    }
    this.#inherited.release(app, wanted);
  }

  recover(
    app: string,
    agent: string,
    sockets: readonly SocketSpec[],
    identity: ProcessIdentity | undefined,
  ): readonly HeldSocket[] {
    const missing = sockets.filter((spec) => !this.#has(app, agent, spec) && !this.#inherit(app, agent, spec));
    const addresses = missing.map((spec) => parseListenAddress(spec.listen));
    const fds = identity === undefined ? [] : recoverListeners(addresses, identity);
    missing.forEach((spec, index) => {
      const fd = fds[index];
      if (fd === undefined) {
        this.#lost.set(keyOf(spec), app);
        return;
      }
      this.#lost.delete(keyOf(spec));
      this.#keep(app, agent, spec, fd);
      this.#remember(app, spec);
    });
    return sockets.filter((spec) => this.#holdings.has(keyOf(spec))).map((spec) => this.#held(spec));
  }

  gap(sockets: readonly SocketSpec[]): string | undefined {
    const lost = sockets.filter(({ listen }) => this.#lost.has(spellingOf(listen)));
    if (lost.length === 0) return undefined;
    const open = lost.every(({ listen }) => this.#holdings.has(spellingOf(listen)));
    const names = lost.map(({ name, listen }) => `${name} (${listen})`).join(', ');
    const since = open
      ? 'connections may have been refused until it was opened again'
      : 'connections are refused while nobody listens there';
    return `socket ${names} was not kept when the sidecar ended: ${since}; a .socket unit or systemd's fd store keeps it`;
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

  /** False: there was none at this address before this sidecar. */
  #inherit(app: string, agent: string, spec: SocketSpec): boolean {
    const inherited = this.#inherited.take(app, keyOf(spec), parseListenAddress(spec.listen));
    if (inherited !== undefined) this.#keep(app, agent, spec, inherited.fd, inherited);
    return inherited !== undefined;
  }

  #keep(app: string, agent: string, spec: SocketSpec, fd: number, inherited?: InheritedSocket): void {
    const address = addressOf(spec, fd);
    this.#holdings.set(keyOf(spec), { app, agent, fd, address, ...(inherited === undefined ? {} : { inherited }) });
  }

  /** For the next sidecar, also where by then no agent runs that could give it back. */
  #remember(app: string, spec: SocketSpec): void {
    this.#store.store(storedName(app, keyOf(spec)), this.#held(spec).fd);
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
    const { app, fd, address, inherited } = holding;
    if (inherited?.stored === false) {
      // systemd listens there as well: who declares it again is to have this one.
      this.#inherited.giveBack(inherited);
      return;
    }
    this.#store.remove(storedName(app, key));
    closeListener(fd, address);
  }
}

const keyOf = (spec: SocketSpec): string => formatAddress(parseListenAddress(spec.listen));

/** As bound: a port of 0 is the kernel's choice by now. */
function addressOf(spec: SocketSpec, fd: number): string {
  const address = parseListenAddress(spec.listen);
  return formatAddress(address.kind === 'unix' ? address : { ...address, port: portOf(boundAddress(fd)) });
}
