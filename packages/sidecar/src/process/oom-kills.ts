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
const KILLED = /Killed process (\d+) \(/;

export class OomKills {
  readonly #log = openLog();

  judge(status: ExitStatus, { pid, cgroup }: ProcessIdentity): ExitStatus {
    if (status.kind !== 'signal' || status.signal !== 'SIGKILL') return status;
    const killed = cgroup !== undefined && oomKillsIn(cgroup) > 0 ? true : this.#loggedOf(pid);
    return killed ? { kind: 'oom' } : status;
  }

  /** Reads what was logged since the last look; nothing, as a rule. */
  #loggedOf(pid: number): boolean {
    if (this.#log === undefined) return false;
    const record = Buffer.alloc(RECORD_BYTES);
    let found = false;
    for (let count = 0; count < MOST_RECORDS; count++) {
      try {
        const length = readSync(this.#log, record, 0, RECORD_BYTES, null);
        if (length === 0) break;
        found ||= KILLED.exec(record.toString('latin1', 0, length))?.[1] === String(pid);
      } catch (error) {
        // EPIPE: the oldest were overwritten, the rest is there.
        if ((error as NodeJS.ErrnoException).code !== 'EPIPE') break;
      }
    }
    return found;
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
