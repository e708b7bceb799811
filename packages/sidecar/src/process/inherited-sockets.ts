/**
 * Sockets that listened before this sidecar was started: of `.socket` units, or stored by an earlier sidecar. Has
 * them until an agent declares them; never opens one.
 */
import type { SocketAddress } from '@outrider/shared/runtime/listen.js';
import { type FdStore, storable } from './fd-store.js';
import { boundAddress, isListener } from './libc/sockets.js';
import { closeListener } from './listener.js';
import { encodeAddress, textOf } from './socket-address.js';

export interface InheritedSocket {
  readonly fd: number;
  /** As systemd has it. */
  readonly name: string;
  /** `struct sockaddr` */
  readonly address: Uint8Array;
  /** By an earlier sidecar; else systemd itself listens there and goes on to, whatever we do. */
  readonly stored: boolean;
}

/** Names in the fd store: of this app, and of one of its sockets by its declared address. */
const PREFIX = 'socket.';
const prefixOf = (app: string): string => `${PREFIX}${app}/`;
export const storedName = (app: string, key: string): string => storable(`${prefixOf(app)}${key}`);

/** Other things that a sidecar has stored. */
const OTHERS = /^pid\./;

export class InheritedSockets {
  readonly #store: FdStore;
  #waiting: InheritedSocket[] = [];
  /** Sentences on what was passed on and can be given to no agent. */
  readonly problems: readonly string[];

  constructor(store: FdStore) {
    this.#store = store;
    const passed = [...store.inherited].flatMap(([name, fds]) => fds.map((fd) => ({ name, fd })));
    const ours = passed.filter(({ name }) => !OTHERS.test(name));
    this.problems = ours
      .filter(({ fd }) => isListener(fd) !== true)
      .map(
        ({ name }) =>
          `systemd passed on "${name}", which is no listening stream socket: no agent can be given it. ` +
          'Use ListenStream= and Accept=no in its unit.',
      );
    this.#waiting = ours
      .filter(({ fd }) => isListener(fd) === true)
      .map(({ name, fd }) => ({ name, fd, address: boundAddress(fd), stored: name.startsWith(PREFIX) }));
  }

  /** `ADDRESS (NAME)` of each that no agent has declared yet. */
  get undeclared(): readonly string[] {
    return this.#waiting.map(({ address, name }) => `${textOf(address) ?? 'no address'} (${name})`);
  }

  /** Undefined: there is none for this app at this address. */
  take(app: string, key: string, address: SocketAddress): InheritedSocket | undefined {
    const name = storedName(app, key);
    const { bytes } = encodeAddress(address);
    const found = this.#waiting.find(
      (one) => one.name === name || (!one.stored && Buffer.compare(one.address, bytes) === 0),
    );
    this.#waiting = this.#waiting.filter((one) => one !== found);
    return found;
  }

  giveBack(socket: InheritedSocket): void {
    this.#waiting.push(socket);
  }

  /** Closes what an earlier sidecar has stored for this app and nothing declares any more. */
  release(app: string, keys: ReadonlySet<string>): void {
    const wanted = new Set([...keys].map((key) => storedName(app, key)));
    const over = this.#waiting.filter(({ name }) => name.startsWith(prefixOf(app)) && !wanted.has(name));
    this.#waiting = this.#waiting.filter((one) => !over.includes(one));
    for (const { name, fd, address } of over) {
      this.#store.remove(name);
      closeListener(fd, textOf(address) ?? '');
    }
  }
}
