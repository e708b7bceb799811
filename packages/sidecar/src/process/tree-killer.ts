/** Ends whole process trees with SIGKILL, many at once by one look at /proc a round. Never asks politely. */
import type { ProcessTable, ProcessTables, TreeQuery } from './process-tree.js';

/** What the kernel has not let die by then (a process stuck in a system call) is given up and reported. */
const PATIENCE_MS = 5_000;
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 25;

interface Job {
  readonly query: TreeQuery;
  readonly since: number;
  readonly done: (left: readonly number[]) => void;
}

export class TreeKiller {
  readonly #tables: ProcessTables;
  #jobs: Job[] = [];
  #scheduled = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(tables: ProcessTables) {
    this.#tables = tables;
  }

  /** Resolves with what could not be ended: nothing, as a rule. */
  kill(query: TreeQuery): Promise<readonly number[]> {
    return new Promise((done) => {
      this.#jobs.push({ query, since: performance.now(), done });
      this.#pauseMs = FIRST_PAUSE_MS;
      if (!this.#scheduled) {
        this.#scheduled = true;
        // After whatever else this turn of the loop asks for, so that one look serves all.
        setImmediate(() => this.#round());
      }
    });
  }

  #round(): void {
    const jobs = this.#jobs;
    this.#jobs = [];
    const table = this.#look();
    for (const job of jobs) {
      const members = table?.members(job.query);
      for (const pid of members ?? []) kill(pid);
      // Only a later look that finds nothing is proof: a process may have forked since this one.
      if (members?.length === 0) job.done([]);
      else if (performance.now() - job.since > PATIENCE_MS) job.done(members ?? [job.query.identity.pid]);
      else this.#jobs.push(job);
    }
    this.#scheduled = this.#jobs.length > 0;
    if (!this.#scheduled) return;
    setTimeout(() => this.#round(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  /** Undefined where /proc can't be read just now: tried again. */
  #look(): ProcessTable | undefined {
    try {
      return this.#tables.look();
    } catch {
      return undefined;
    }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself, or not ours to end: the next look tells which.
  }
}
