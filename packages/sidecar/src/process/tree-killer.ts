/** Ends whole process trees with SIGKILL, many at once by one look a round. Never asks politely. */
import { killCgroup, removeCgroup } from './cgroup.js';
import type { TreeQuery } from './process-tree.js';

/** What the kernel has not let die by then (a process stuck in a system call) is given up and reported. */
const PATIENCE_MS = 5_000;
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 25;

/**
 * One look: pids of what still runs of a tree. What is found by its parents is given to `met` before what is below it
 * is looked for. @throws where that can't be told just now
 */
export type Look = (query: TreeQuery, met: (pid: number) => void) => readonly number[];

interface Job {
  readonly query: TreeQuery;
  readonly since: number;
  /** Something of it had to be killed. */
  killed: boolean;
  readonly done: (left: readonly number[]) => void;
}

export class TreeKiller {
  readonly #look: () => Look;
  #jobs: Job[] = [];
  #scheduled = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(look: () => Look) {
    this.#look = look;
  }

  /** Resolves with what could not be ended: nothing, as a rule; `[]` at once where that can be told for little. */
  kill(query: TreeQuery): Promise<readonly number[]> | readonly [] {
    const job = { query, since: performance.now(), killed: false, done: (): void => undefined };
    // Of its own children this process can tell at once that nothing is left.
    if (query.direct && this.#end(job, this.#look())) return [];
    return new Promise((done) => {
      this.#jobs.push({ ...job, done });
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
    const look = this.#look();
    for (const job of jobs) if (!this.#end(job, look)) this.#jobs.push(job);
    this.#scheduled = this.#jobs.length > 0;
    if (!this.#scheduled) return;
    setTimeout(() => this.#round(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  /** True: the job is over. Only a look that finds nothing is proof: what was found may have forked since. */
  #end(job: Job, look: Look): boolean {
    const { query, since, done } = job;
    const { cgroup, pid } = query.identity;
    let members: readonly number[] | undefined;
    try {
      members = look(query, kill);
      // A list of children may leave one out while others end: of those that we have ended it is no proof.
      if (members.length === 0 && query.direct && job.killed) members = look({ ...query, direct: false }, kill);
    } catch {
      // /proc can't be read just now: tried again.
    }
    if (members?.length === 0) {
      if (cgroup !== undefined) removeCgroup(cgroup);
      done([]);
      return true;
    }
    if (cgroup !== undefined) killCgroup(cgroup);
    for (const member of members ?? []) kill(member);
    job.killed = true;
    if (performance.now() - since <= PATIENCE_MS) return false;
    done(members ?? [pid]);
    return true;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself, or not ours to end: the next look tells which.
  }
}
