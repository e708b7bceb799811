/**
 * Watches processes that an earlier sidecar started: no children of ours, so nobody tells us of their end.
 * One timer asks /proc for all of them. Their exit status went to somebody else and stays unknown.
 */
import type { ExitStatus, ProcessIdentity } from '../agent/identity.js';
import { isSame } from './process-stat.js';

const INTERVAL_MS = 100;

export class AdoptedProcesses {
  readonly #watched = new Map<ProcessIdentity, (status: ExitStatus) => void>();
  #timer: NodeJS.Timeout | undefined;

  /** Resolves once when the process has ended. */
  watch(identity: ProcessIdentity): Promise<ExitStatus> {
    return new Promise((resolve) => {
      this.#watched.set(identity, resolve);
      // It alone must not keep a sidecar running that wants to end.
      this.#timer ??= setInterval(() => this.#look(), INTERVAL_MS).unref();
    });
  }

  #look(): void {
    for (const [identity, resolve] of this.#watched) {
      if (mayRun(identity)) continue;
      this.#watched.delete(identity);
      resolve({ kind: 'unknown' });
    }
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

function mayRun(identity: ProcessIdentity): boolean {
  try {
    return isSame(identity);
  } catch {
    return true; // out of descriptors, say: the next look knows more
  }
}
