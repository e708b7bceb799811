/**
 * Descriptors of agents' processes that systemd keeps while there is no sidecar: by them the next one can ask the
 * kernel how an agent ended meanwhile. Without systemd, or on a kernel that does not tell, it knows nothing.
 */
import type { ExitStatus, ProcessIdentity } from '../agent/identity.js';
import { exitStatusOfStranger } from './exit-status.js';
import type { FdStore } from './fd-store.js';
import { closeDescriptor } from './libc/descriptors.js';
import { openProcess } from './libc/processes.js';
import { isSame } from './process-stat.js';

const PREFIX = 'pid.';
/** What nobody has asked for by then belongs to no agent any more. */
const TIDY_AFTER_MS = 60_000;

export class KeptProcesses {
  readonly #store: Pick<FdStore, 'active' | 'store' | 'remove'> | undefined;
  readonly #inherited = new Map<string, number>();

  constructor(store: FdStore | undefined) {
    this.#store = store?.active === true ? store : undefined;
    for (const [name, [fd, ...more]] of store?.inherited ?? []) {
      if (!name.startsWith(PREFIX) || fd === undefined) continue;
      this.#inherited.set(name, fd);
      more.forEach(closeDescriptor);
    }
    if (this.#inherited.size > 0) setTimeout(() => this.#tidy(), TIDY_AFTER_MS).unref();
  }

  keep(identity: ProcessIdentity): void {
    if (this.#store === undefined) return;
    let fd: number;
    try {
      fd = openProcess(identity.pid);
    } catch {
      return; // its end can then only be seen, not asked for
    }
    this.#store.store(nameOf(identity), fd);
    closeDescriptor(fd);
  }

  /** It lives: what systemd keeps goes on being kept, and our own copy is not needed. */
  adopted(identity: ProcessIdentity): void {
    const name = nameOf(identity);
    const fd = this.#inherited.get(name);
    if (fd === undefined || !isSame(identity)) return;
    this.#inherited.delete(name);
    closeDescriptor(fd);
  }

  /** It has ended, and how is known. */
  forget(identity: ProcessIdentity): void {
    this.#store?.remove(nameOf(identity));
  }

  /** How a process ended that nobody watched. */
  endOf(identity: ProcessIdentity): ExitStatus {
    const name = nameOf(identity);
    const status = exitStatusOfStranger(identity, this.#inherited.get(name));
    this.#drop(name);
    return status;
  }

  #tidy(): void {
    for (const name of [...this.#inherited.keys()]) this.#drop(name);
  }

  #drop(name: string): void {
    const fd = this.#inherited.get(name);
    if (fd === undefined) return;
    this.#inherited.delete(name);
    closeDescriptor(fd);
    this.#store?.remove(name);
  }
}

const nameOf = ({ pid, startTicks }: ProcessIdentity): string => `${PREFIX}${pid}.${startTicks}`;
