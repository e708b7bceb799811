/**
 * Descriptors that outlive this process: systemd keeps what it is given and hands it to the next sidecar (the fd
 * store of the unit). Owns none of them. Without systemd it keeps nothing, and says nothing.
 */
import { sendDescriptor } from './libc/passing.js';
import { SystemCallError } from './libc/library.js';
import { sendUnixDatagram } from './libc/sockets.js';
import { takePassedDescriptors } from './listen-fds.js';
import { encodeAddress } from './socket-address.js';

/** Of systemd, for a name. */
const LONGEST_NAME = 255;
/** Not `:`, which parts names, nor `%`. */
const PLAIN = /^[!-$&-9;-~]$/;
/** Until a manager that has too much to read is tried again. */
const AGAIN_MS = 20;

interface Message {
  readonly name: string;
  readonly text: string;
  readonly fd?: number;
}

export class FdStore {
  /** What came with the start of this process, by name: stored by an earlier one, or of a `.socket` unit. */
  readonly inherited: ReadonlyMap<string, readonly number[]>;
  readonly #manager: Uint8Array | undefined;
  /** In order; those that did not get through yet. */
  #unsent: Message[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Takes the variables of LISTEN_FDS out of `env`. */
  constructor(env: Record<string, string | undefined> = process.env) {
    const inherited = new Map<string, number[]>();
    for (const { name, fd } of takePassedDescriptors(env)) {
      inherited.set(name, [...(inherited.get(name) ?? []), fd]);
    }
    this.inherited = inherited;
    const path = env['NOTIFY_SOCKET'];
    if (path !== undefined && /^[/@]./.test(path)) this.#manager = encodeAddress({ kind: 'unix', path }).bytes;
  }

  /** Whether there is a manager that may keep anything. */
  get active(): boolean {
    return this.#manager !== undefined;
  }

  /**
   * Has a copy of `fd` kept under a name that `storable` would not change. How many are kept is a setting of the
   * unit (`FileDescriptorStoreMax=`); one too many is dropped without a word.
   */
  store(name: string, fd: number): void {
    // Not to be watched: the manager would drop it when it sees an end or an error.
    this.#send({ name, text: `FDSTORE=1\nFDNAME=${name}\nFDPOLL=0`, fd });
  }

  /** All that is kept under this name is closed. */
  remove(name: string): void {
    this.#unsent = this.#unsent.filter((waiting) => waiting.name !== name);
    this.#send({ name, text: `FDSTOREREMOVE=1\nFDNAME=${name}` });
  }

  #send(message: Message): void {
    if (this.#manager === undefined) return;
    this.#unsent.push(message);
    this.#flush(this.#manager);
  }

  #flush(manager: Uint8Array): void {
    clearTimeout(this.#timer);
    while (this.#unsent[0] !== undefined) {
      if (!delivered(manager, this.#unsent[0])) {
        this.#timer = setTimeout(() => this.#flush(manager), AGAIN_MS).unref();
        return;
      }
      this.#unsent.shift();
    }
  }
}

/** False: it may get through later. What can't be delivered at all is lost: a service must not end for it. */
function delivered(manager: Uint8Array, { text, fd }: Message): boolean {
  try {
    if (fd === undefined) sendUnixDatagram(manager, Buffer.from(text));
    else sendDescriptor(manager, Buffer.from(text), fd);
    return true;
  } catch (error) {
    return !(error instanceof SystemCallError && error.code === 'EAGAIN');
  }
}

/** A text as a name that systemd accepts; two texts never become the same one, unless they are very long. */
export const storable = (text: string): string =>
  [...Buffer.from(text)]
    .map((byte) =>
      PLAIN.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, '0')}`,
    )
    .join('')
    .slice(0, LONGEST_NAME);
