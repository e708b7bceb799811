/**
 * Tells an end for want of memory from any other SIGKILL: by the control group, else by what the kernel has logged of
 * the very process. Where neither can be read, it stays a SIGKILL.
 */
import { constants, openSync, readSync } from 'node:fs';
import type { ExitStatus, ProcessIdentity } from '../agent/identity.js';
import { oomKillsIn } from './cgroup.js';
import { seekToEnd } from './libc/descriptors.js';

const KERNEL_LOG = '/dev/kmsg';
/** One record is one read; the kernel's largest. */
const RECORD_BYTES = 8_192;
/** Of one look: a machine that logs more has other worries. */
const MOST_RECORDS = 10_000;
const MOST_KILLED = 1_000;
const KILLED = /Killed process (\d+) \(/;

export class OomKills {
  readonly #log = openLog();
  /** Pids that the kernel says it has killed, and that nobody has asked for yet. */
  readonly #killed = new Set<string>();

  judge(status: ExitStatus, { pid, cgroup }: ProcessIdentity): ExitStatus {
    if (status.kind !== 'signal' || status.signal !== 'SIGKILL') return status;
    // The log names the process; the group only says that it happened to one in it.
    const killed = this.#log === undefined ? cgroup !== undefined && oomKillsIn(cgroup) > 0 : this.#isLogged(pid);
    return killed ? { kind: 'oom' } : status;
  }

  #isLogged(pid: number): boolean {
    this.#read();
    return this.#killed.delete(String(pid));
  }

  /** What was logged since the last look; nothing, as a rule. */
  #read(): void {
    if (this.#log === undefined) return;
    const record = Buffer.alloc(RECORD_BYTES);
    for (let count = 0; count < MOST_RECORDS; count++) {
      try {
        const length = readSync(this.#log, record, 0, RECORD_BYTES, null);
        if (length === 0) return;
        const pid = KILLED.exec(record.toString('latin1', 0, length))?.[1];
        if (pid !== undefined) this.#remember(pid);
      } catch (error) {
        // EPIPE: the oldest were overwritten, the rest is there.
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') return;
      }
    }
  }

  /** Most are no agents of ours, and never asked for. */
  #remember(pid: string): void {
    const [oldest] = this.#killed;
    if (this.#killed.size >= MOST_KILLED && oldest !== undefined) this.#killed.delete(oldest);
    this.#killed.add(pid);
  }
}

/** Undefined where we may not read it. */
function openLog(): number | undefined {
  try {
    const fd = openSync(KERNEL_LOG, constants.O_RDONLY | constants.O_NONBLOCK);
    seekToEnd(fd);
    return fd;
  } catch {
    return undefined;
  }
}
