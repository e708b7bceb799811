/**
 * Watches processes that an earlier sidecar started: no children of ours, so nobody tells us of their end. One
 * timer asks the kernel for all of them.
 */
import type { ExitStatus, ProcessIdentity } from '../agent/identity.js';
import { attempt } from './attempt.js';
import { exitStatusOfStranger } from './exit-status.js';
import { closeDescriptor } from './libc/descriptors.js';
import { endedProcesses, openProcess } from './libc/processes.js';
import { isSame } from './process-stat.js';

const INTERVAL_MS = 50;

interface Watched {
  readonly identity: ProcessIdentity;
  /** Stands for the process itself; undefined where the kernel gives none: then /proc is asked. */
  readonly processFd: number | undefined;
  readonly resolve: (status: ExitStatus) => void;
}

export class AdoptedProcesses {
  #watched: readonly Watched[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Resolves once when the process has ended. */
  watch(identity: ProcessIdentity): Promise<ExitStatus> {
    return new Promise((resolve) => {
      this.#watched = [...this.#watched, { identity, processFd: descriptorOf(identity), resolve }];
      // It alone must not keep a sidecar running that wants to end.
      this.#timer ??= setInterval(() => this.#look(), INTERVAL_MS).unref();
    });
  }

  #look(): void {
    const fds = this.#watched.map(({ processFd }) => processFd).filter((fd) => fd !== undefined);
    const ended = new Set(attempt(() => endedProcesses(fds)));
    const gone = this.#watched.filter(({ identity, processFd }) =>
      // What can't be told now (out of descriptors, say) is told by a later look.
      processFd === undefined ? attempt(() => isSame(identity)) === false : ended.has(processFd),
    );
    if (gone.length === 0) return;
    this.#watched = this.#watched.filter((watched) => !gone.includes(watched));
    for (const { identity, processFd, resolve } of gone) {
      const status = exitStatusOfStranger(identity, processFd);
      if (processFd !== undefined) closeDescriptor(processFd);
      resolve(status);
    }
    if (this.#watched.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function descriptorOf(identity: ProcessIdentity): number | undefined {
  const processFd = attempt(() => openProcess(identity.pid));
  if (processFd === undefined || attempt(() => isSame(identity)) === true) return processFd;
  // The pid is another's by now; /proc will say so.
  closeDescriptor(processFd);
  return undefined;
}
