/**
 * The sockets of sd_notify: one for each incarnation, so that no agent can fill another's. The kernel tells of a
 * message by SIGIO, so that nothing is asked while nobody says anything. Decides nothing about what is said.
 */
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OutriderError, messageOf } from '@outrider/shared/runtime/errors.js';
import { removeFile } from '@outrider/shared/runtime/special-file.js';
import type { Credentials, NotifyMessage, NotifySockets } from '../supervise/ports.js';
import { closeDescriptor } from './libc/descriptors.js';
import { openDatagramSocket, receiveDatagram } from './libc/datagrams.js';
import { readableAmong } from './libc/poll.js';
import { parseNotify } from './notify-message.js';
import { encodeAddress } from './socket-address.js';

/** Longest path of a unix socket on Linux, without its ending zero. */
const LONGEST_PATH_BYTES = 107;
/** With the name of the folder it is as long as an endpoint of the bus: the same run_dir is short enough for both. */
const NAME_LENGTH = 13;
/** Of one socket in one look. */
const BATCH = 16;
/** After a full batch: whoever floods us is read at most 800 times a second, and waits. */
const REST_MS = 20;

export type NotifyResult = 'notify_accepted' | 'notify_stranger' | 'notify_too_large';

export interface NotifySocketsOptions {
  readonly runDir: string;
  readonly counted: (result: NotifyResult) => void;
  readonly warn: (sentence: string) => void;
}

export interface ClosableNotifySockets extends NotifySockets {
  closeAll(): void;
}

type Owner = Pick<Credentials, 'uid' | 'gid'>;

interface Endpoint {
  readonly fd: number;
  readonly path: string;
  readonly hear: (message: NotifyMessage) => boolean;
  resting: boolean;
}

/** What an earlier sidecar has left is removed; its agents' sockets are bound again as they are taken over. */
export const createNotifySockets = (options: NotifySocketsOptions): ClosableNotifySockets =>
  new UnixNotifySockets(options);

class UnixNotifySockets implements ClosableNotifySockets {
  readonly #options: NotifySocketsOptions;
  readonly #folder: string;
  readonly #endpoints = new Map<string, Endpoint>();
  #byFd: ReadonlyMap<number, Endpoint> = new Map();
  #listens = false;
  readonly #look = (): void => this.#lookAround();
  readonly #end = (): void => this.closeAll();

  constructor(options: NotifySocketsOptions) {
    this.#options = options;
    this.#folder = join(options.runDir, 'notify.d');
    mkdirSync(this.#folder, { recursive: true });
    // Agents of other users find their own by its name, and no other.
    chmodSync(this.#folder, 0o711);
    for (const name of readdirSync(this.#folder)) removeFile(join(this.#folder, name));
  }

  open(incarnation: string, hear: Endpoint['hear'], owner?: Owner): string {
    const existing = this.#endpoints.get(incarnation);
    if (existing !== undefined) return existing.path;
    const path = join(this.#folder, fileOf(incarnation));
    this.#listen(true);
    try {
      this.#endpoints.set(incarnation, { fd: bound(path, owner), path, hear, resting: false });
    } catch (error) {
      this.#listen();
      throw error;
    }
    this.#changed();
    return path;
  }

  close(incarnation: string): void {
    const endpoint = this.#endpoints.get(incarnation);
    if (endpoint === undefined) return;
    this.#endpoints.delete(incarnation);
    this.#changed();
    closeDescriptor(endpoint.fd);
    removeFile(endpoint.path);
    this.#listen();
  }

  closeAll(): void {
    for (const incarnation of [...this.#endpoints.keys()]) this.close(incarnation);
  }

  /** SIGIO ends a process that does not handle it, at any moment: also while this one ends. */
  #listen(opens = false): void {
    const listens = opens || this.#endpoints.size > 0;
    if (listens === this.#listens) return;
    this.#listens = listens;
    if (listens) process.on('SIGIO', this.#look).on('exit', this.#end);
    else process.off('SIGIO', this.#look).off('exit', this.#end);
  }

  #changed(): void {
    this.#byFd = new Map([...this.#endpoints.values()].map((endpoint) => [endpoint.fd, endpoint]));
  }

  #lookAround(): void {
    const fds = [...this.#byFd.values()].filter(({ resting }) => !resting).map(({ fd }) => fd);
    try {
      for (const fd of readableAmong(fds)) this.#read(fd);
    } catch (error) {
      this.#options.warn(`Messages of agents could not be read: ${messageOf(error)}.`);
    }
  }

  #read(fd: number): void {
    for (let count = 0; count < BATCH; count++) {
      // Closed by what was said before, perhaps.
      const endpoint = this.#byFd.get(fd);
      const datagram = endpoint === undefined ? undefined : receiveDatagram(fd);
      if (endpoint === undefined || datagram === undefined) return;
      const { pid, data } = datagram;
      if (data === undefined) this.#options.counted('notify_too_large');
      else this.#options.counted(endpoint.hear(parseNotify(pid, data)) ? 'notify_accepted' : 'notify_stranger');
    }
    this.#rest(fd);
  }

  #rest(fd: number): void {
    const endpoint = this.#byFd.get(fd);
    if (endpoint === undefined) return;
    endpoint.resting = true;
    setTimeout(() => {
      endpoint.resting = false;
      this.#look();
    }, REST_MS).unref();
  }
}

/** @throws OutriderError with a sentence */
function bound(path: string, owner: Owner | undefined): number {
  if (Buffer.byteLength(path) > LONGEST_PATH_BYTES) {
    throw new OutriderError(
      'invalid',
      `The path ${path} is longer than a unix socket may have (${LONGEST_PATH_BYTES} bytes). Choose a shorter run_dir.`,
    );
  }
  try {
    const fd = openDatagramSocket(encodeAddress({ kind: 'unix', path }).bytes);
    chmodSync(path, 0o600);
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
    return fd;
  } catch (error) {
    throw new OutriderError('unavailable', `Cannot open the notify socket ${path}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

/** The same for the same incarnation after a restart, short whatever the incarnation is called. */
const fileOf = (incarnation: string): string =>
  createHash('sha256').update(incarnation).digest('hex').slice(0, NAME_LENGTH);
